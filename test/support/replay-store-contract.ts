/** Hands the checks that every replay store must pass to vitest. */
import { describe, it } from 'vitest';
import { replayStoreChecks } from '../../src/testing/contract.ts';
import type { ReplayStoreContract } from '../../src/testing/suite.ts';

export type { ReplayStoreCheckOptions as StoreOptions } from '../../src/testing/suite.ts';

const given = process.env['SEED'];

export function describeReplayStore(name: string, contract: ReplayStoreContract): void {
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(given);
  describe(`${name}: the contract of replay stores`, () => {
    for (const { name, run } of replayStoreChecks({ seed, ...contract })) it(name, run);
  });
}
