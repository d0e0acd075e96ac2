/** Hands the checks that every replay store must pass to vitest. */
import { describe, it } from 'vitest';
import { replayStoreChecks } from '../../src/testing/contract.ts';
import type { ReplayStoreContract } from '../../src/testing/suite.ts';

export type { ReplayStoreCheckOptions as StoreOptions } from '../../src/testing/suite.ts';

const given = process.env['SEED'];

interface Selection extends ReplayStoreContract {
  /** Which checks, by their names; all by default. */
  readonly only?: RegExp;
}

export function describeReplayStore(name: string, { only = /./, ...contract }: Selection): void {
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(given);
  describe(`${name}: the contract of replay stores`, () => {
    for (const { name, run } of replayStoreChecks({ seed, ...contract })) if (only.test(name)) it(name, run);
  });
}
