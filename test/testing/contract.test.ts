import type { ConsumeRequest, Consumption, ReplayStore } from 'countersign/testing';
import { replayStoreChecks } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { memoryReplayStore } from '../../src/replay/memory-store.ts';

const nameOf = ({ scope, nonce }: ConsumeRequest) => `${scope} ${nonce}`;

/** A store with one fault: what comes in, or goes out, is changed. */
function faulty(change: (request: ConsumeRequest) => ConsumeRequest, answerOf: (answer: Consumption) => Consumption = (answer) => answer) {
  return (warm: boolean): ReplayStore => {
    const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: warm });
    const consume = async (request: ConsumeRequest) => answerOf(await store.consume(change(request)));
    return { consume, consumeAll: async (requests) => answerOf(await store.consumeAll!(requests.map(change))) };
  };
}

/** Stores as they are found in applications, and what about them must be found. */
const FAULTS: Readonly<Record<string, readonly [create: (warm: boolean) => ReplayStore, check: RegExp]>> = {
  'get, then set': [
    () => {
      const known = new Set<string>();
      const consume = async (request: ConsumeRequest) => {
        const seen = known.has(nameOf(request));
        await null;
        known.add(nameOf(request));
        return seen ? 'replayed' : 'consumed';
      };
      return { consume };
    },
    /500 concurrent uses/,
  ],
  'the latest three hundred': [
    () => {
      const known = new Set<string>();
      const consume = (request: ConsumeRequest) => {
        if (known.has(nameOf(request))) return 'replayed';
        known.add(nameOf(request));
        for (const oldest of known) if (known.size > 300) known.delete(oldest);
        return 'consumed';
      };
      return { consume };
    },
    /clock is set back/,
  ],
  'a time to live from now on': [
    () => {
      const known = new Map<string, number>();
      const consume = (request: ConsumeRequest) => {
        const { now } = request;
        if ((known.get(nameOf(request)) ?? 0) >= now) return 'replayed';
        known.set(nameOf(request), now + 300);
        return 'consumed';
      };
      return { consume };
    },
    /remembers until keepUntil/,
  ],
  'no cold start': [() => faulty((request) => request)(true), /is cold for what was created until its start/],
  'forgotten at a restart': [() => faulty((request) => request)(true), /accepts nothing again after a restart/],
  'the tenant in the name': [faulty((request) => ({ ...request, scope: `${request.tenant}${request.scope}` })), /another tenant/],
  'the beginning of the scope': [faulty((request) => ({ ...request, scope: String(request.scope).slice(0, 3) })), /keys and tags apart/],
  'nonces in one case': [faulty((request) => ({ ...request, nonce: String(request.nonce).toLowerCase() })), /exact text/],
  'a second early': [faulty((request) => ({ ...request, keepUntil: request.keepUntil - 1 })), /that second included/],
  'no matter what is asked': [
    faulty(
      (request) => request,
      (answer) => (answer === 'cold' ? 'replayed' : answer),
    ),
    /is cold/,
  ],
};

describe('replayStoreChecks', () => {
  it.each(Object.entries(FAULTS))('finds the fault of a store: %s', async (_, [create, check]) => {
    const contract = { create: ({ warm }: { warm: boolean }) => create(warm), restart: () => create(true), runs: 3 };
    const failed: string[] = [];
    for (const { name, run } of replayStoreChecks(contract)) await run().catch(() => failed.push(name));
    expect(failed.filter((name) => check.test(name))).not.toEqual([]);
  });

  it('says with which seed random traffic found something', async () => {
    const create = () => faulty((request) => request)(true);
    const checks = replayStoreChecks({ create, restart: create, runs: 50, seed: 7 });
    const traffic = checks.find(({ name }) => name.startsWith('accepts nothing twice, however'))!;
    await expect(traffic.run()).rejects.toThrow(/^seed \d+, step \d+: n\d+ was accepted a second time$/);
  });
});
