/**
 * `countersign/testing`: the checks that every replay store and every key store must pass, for stores of your own.
 *
 * @module
 */

export type { ConsumeRequest, Consumption, ReplayStore } from '../replay/store.ts';
export { replayStoreChecks } from './contract.ts';
export { type KeyStoreCheck, type KeyStoreContract, keyStoreChecks } from './keys/contract.ts';
export type { ReplayStoreCheck, ReplayStoreCheckOptions, ReplayStoreContract } from './suite.ts';
