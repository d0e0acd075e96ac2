/** The part of the contract with random traffic, held against a model that remembers every message for ever. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReplayStore } from '../../src/replay/store.ts';
import type { NonceOf, ReplayStoreContract } from './replay-store-contract.ts';
import { consumption, DAY, isTimely, type Message, NOON } from './replay-store-messages.ts';

/** A verifier: what it asks, and by how many seconds its clock is wrong. */
interface Verifier {
  readonly maxAge: number;
  readonly futureSkew: number;
  readonly clock: number;
}

interface Step {
  /** Seconds that pass; negative where the clock is set back. */
  readonly pass: number;
  readonly verifier: number;
  readonly tenant: number;
  /** A new message, or which of the earlier ones is sent again; or the store is killed and started again. */
  readonly send: { readonly age: number; readonly keyid: number; readonly life: number } | { readonly again: number } | 'restart';
}

const TENANTS = ['', 'a', 'b'];
const KEYIDS = ['k', 'l', 'm'];
const LONGEST_SKEW = 3600;

const life = fc.oneof(
  // None: then a message lives as long as each verifier thinks.
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 1000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 8 * DAY }) },
);

function steps(pass: fc.Arbitrary<number>, verifiers: number, restarts: boolean): fc.Arbitrary<readonly Step[]> {
  const age = fc.oneof({ weight: 2, arbitrary: fc.integer({ min: -60, max: 60 }) }, { weight: 1, arbitrary: fc.nat(8 * DAY) });
  const fresh = fc.record({ age, keyid: fc.nat(KEYIDS.length - 1), life });
  const again = fc.record({ again: fc.nat(1_000_000) });
  const send: fc.Arbitrary<Step['send']> = fc.oneof(
    { weight: 10, arbitrary: fresh },
    { weight: 10, arbitrary: again },
    ...(restarts ? [{ weight: 1, arbitrary: fc.constant('restart' as const) }] : []),
  );
  const step = fc.record({ pass, verifier: fc.nat(verifiers - 1), tenant: fc.nat(TENANTS.length - 1), send });
  return fc.array(step, { minLength: 20, maxLength: 200 });
}

const verifierOf = (clock: fc.Arbitrary<number>): fc.Arbitrary<Verifier> =>
  fc.record({
    maxAge: fc.oneof(fc.constantFrom(60, 300, 301, 900, 3600, DAY, 7 * DAY), fc.integer({ min: 1, max: 31 * DAY - LONGEST_SKEW - 1 })),
    futureSkew: fc.oneof(fc.constantFrom(0, 5, 60), fc.nat(LONGEST_SKEW)),
    clock,
  });

const forward = fc.oneof(
  { weight: 6, arbitrary: fc.nat(20) },
  { weight: 3, arbitrary: fc.nat(700) },
  { weight: 1, arbitrary: fc.nat(2 * DAY) },
);

const anyway = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60) },
  { weight: 2, arbitrary: fc.nat(5000) },
  { weight: 1, arbitrary: fc.integer({ min: -10 * DAY, max: 10 * DAY }) },
  { weight: 2, arbitrary: fc.integer({ min: -5000, max: -1 }) },
);

/** Plays traffic, and requires that nothing is accepted twice; `exact` also that nothing honest is refused. */
async function play(
  contract: ReplayStoreContract,
  nonceOf: NonceOf,
  verifiers: readonly Verifier[],
  list: readonly Step[],
  exact: boolean,
) {
  let store: ReplayStore = await contract.create({ warm: true });
  const sent: Message[] = [];
  const accepted = new Set<string>();
  let now = NOON;
  let latest = NOON;
  for (const { pass, verifier, tenant, send } of list) {
    now += pass;
    if (send === 'restart') {
      store = await contract.restart(store, { warm: false, earlierFutureSkew: LONGEST_SKEW });
      // A restart takes place after all that came before it, by the first clock that is read; later ones may be wrong again.
      now = Math.max(now, latest);
      await store.consume(consumption({ nonce: nonceOf(0), keyid: 'first', now }));
      continue;
    }
    const { clock, ...policy } = verifiers[verifier]!;
    const message = 'again' in send ? sent[send.again % sent.length] : newMessage(send, nonceOf(sent.length), now + clock);
    if (message === undefined) continue;
    const current = { ...message, ...policy, tenant: TENANTS[tenant]!, now: now + clock };
    if (!isTimely(current)) continue;
    latest = Math.max(latest, current.now);
    const answer = await store.consume(consumption(current));
    if (accepted.has(message.nonce)) expect(answer, message.nonce).not.toBe('consumed');
    if (exact) expect(answer, message.nonce).toBe(accepted.has(message.nonce) ? 'replayed' : 'consumed');
    if (answer === 'consumed') accepted.add(message.nonce);
    if (!('again' in send)) sent.push(message);
  }
}

function newMessage(send: { readonly age: number; readonly keyid: number; readonly life: number }, nonce: string, now: number): Message {
  const created = now - send.age;
  return { keyid: KEYIDS[send.keyid]!, nonce, created, expires: send.life === 0 ? undefined : created + send.life };
}

export function describeTraffic(contract: ReplayStoreContract, nonceOf: NonceOf): void {
  const { runs: numRuns = 200 } = contract;

  it('answers as a model that remembers everything, for messages of any life under one policy (random traffic)', async () => {
    const property = fc.asyncProperty(verifierOf(fc.constant(0)), steps(forward, 1, false), (verifier, list) =>
      play(contract, nonceOf, [verifier], list, true),
    );
    await fc.assert(property, { numRuns });
  });

  it('accepts nothing twice, however clocks, ages, skews and tenants mix, over restarts (random traffic)', async () => {
    const verifiers = fc.array(verifierOf(fc.oneof(fc.constant(0), fc.integer({ min: -5000, max: 5000 }))), { minLength: 3, maxLength: 3 });
    const property = fc.asyncProperty(verifiers, steps(anyway, 3, true), (list, traffic) => play(contract, nonceOf, list, traffic, false));
    await fc.assert(property, { numRuns });
  });
}
