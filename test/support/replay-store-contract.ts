/**
 * What every replay store must do, whatever it is made of. A store's own test runs this suite and adds what is special.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Awaitable } from '../../src/internal/awaitable.ts';
import { type ConsumeRequest, type Consumption, type ReplayStore, replayScope } from '../../src/replay/store.ts';

export const MAX_AGE = 300;
export const FUTURE_SKEW = 5;
/** Some time of day; stores only ever see the times they are given. */
export const NOON = 1_700_000_000;

export interface StoreOptions {
  /** Starts as a store of new keys does, without a cold start. */
  readonly warm: boolean;
  readonly capacity?: number;
  readonly quotaPerTenant?: number;
}

export interface ReplayStoreContract {
  /** A new store, or a new name space of one. */
  create(options: StoreOptions): Awaitable<ReplayStore>;
  /** Whether it has a capacity and quotas of its own. */
  readonly bounded: boolean;
  /** Runs of the random checks. */
  readonly runs?: number;
}

export interface Message {
  readonly tenant?: string;
  readonly keyid?: string;
  readonly nonce: string;
  readonly created?: number;
  readonly now?: number;
  readonly expires?: number;
}

/** What a verifier asks of a store about a message. */
export function consumption({ tenant = '', keyid = 'k', nonce, now = NOON, created = now, expires = Infinity }: Message): ConsumeRequest {
  return {
    tenant,
    scope: replayScope(tenant, keyid),
    nonce,
    created,
    keepUntil: Math.min(created + MAX_AGE, expires) + FUTURE_SKEW,
    now,
    futureSkew: FUTURE_SKEW,
  };
}

/** Whether a verifier would ask at all. */
export function isTimely(created: number, now: number): boolean {
  return created <= now + FUTURE_SKEW && now - created <= MAX_AGE;
}

export function describeReplayStore(name: string, { create, bounded, runs = 200 }: ReplayStoreContract): void {
  const opened = async (options: Partial<StoreOptions> = {}) => {
    const store = await create({ warm: true, ...options });
    return async (message: Message): Promise<Consumption> => store.consume(consumption(message));
  };

  describe(`${name}: the contract of replay stores`, () => {
    it('consumes a nonce exactly once', async () => {
      const consume = await opened();
      expect(await consume({ nonce: 'a' })).toBe('consumed');
      for (let turn = 0; turn < 3; turn++) expect(await consume({ nonce: 'a' })).toBe('replayed');
      expect(await consume({ nonce: 'b' })).toBe('consumed');
      expect(await consume({ nonce: 'a' })).toBe('replayed');
    });

    it('consumes each of 20 nonces once under 500 concurrent uses each', async () => {
      const consume = await opened();
      const nonces = Array.from({ length: 20 }, (_, index) => `n${index}`);
      const answers = await Promise.all(nonces.flatMap((nonce) => Array.from({ length: 500 }, () => consume({ nonce }))));
      expect(answers.filter((answer) => answer === 'consumed')).toHaveLength(20);
      expect(answers.filter((answer) => answer === 'replayed')).toHaveLength(20 * 499);
    });

    it('keeps tenants and keys apart', async () => {
      const consume = await opened();
      for (const tenant of ['', 'a', 'b']) {
        for (const keyid of ['k', 'l']) expect(await consume({ tenant, keyid, nonce: 'same' })).toBe('consumed');
      }
      expect(await consume({ tenant: 'a', keyid: 'l', nonce: 'same' })).toBe('replayed');
    });

    it('is not confused by where tenant, keyid and nonce end', async () => {
      const consume = await opened();
      const texts = ['', '1', '1:', '1:1', '11', ':', '0:', '1:a', 'a', 'a1:', 'aa', 'é', 'Ã©', '|', 'a|'];
      for (const tenant of texts) {
        for (const keyid of texts) {
          for (const nonce of texts)
            expect(await consume({ tenant, keyid, nonce }), JSON.stringify([tenant, keyid, nonce])).toBe('consumed');
        }
      }
    });

    it('treats nonces as exact text', async () => {
      const consume = await opened();
      for (const nonce of [
        'abc',
        'ABC',
        'abc ',
        ' abc',
        'abc=',
        'é',
        'e\u0301',
        '__proto__',
        'constructor',
        'x'.repeat(128),
        'x'.repeat(127),
      ]) {
        expect(await consume({ nonce }), nonce).toBe('consumed');
        expect(await consume({ nonce }), nonce).toBe('replayed');
      }
    });

    it('remembers until keepUntil, that second included', async () => {
      const consume = await opened();
      const created = NOON;
      expect(await consume({ nonce: 'a', created })).toBe('consumed');
      for (let now = NOON; now <= created + MAX_AGE + FUTURE_SKEW; now++) {
        // Other traffic, which is what makes a store clean up.
        expect(await consume({ nonce: `other ${now}`, now })).toBe('consumed');
        expect(await consume({ nonce: 'a', created, now }), `after ${now - created} s`).toBe('replayed');
      }
    });

    it('remembers a message from the future until it is past', async () => {
      const consume = await opened();
      const created = NOON + FUTURE_SKEW;
      expect(await consume({ nonce: 'a', created, now: NOON })).toBe('consumed');
      for (const now of [NOON + 1, created + MAX_AGE, created + MAX_AGE + FUTURE_SKEW]) {
        expect(await consume({ nonce: `other ${now}`, now })).toBe('consumed');
        expect(await consume({ nonce: 'a', created, now })).toBe('replayed');
      }
    });

    it('is cold for what was created until its start, skew and a second included', async () => {
      const consume = await opened({ warm: false });
      expect(await consume({ nonce: 'first' })).toBe('cold');
      expect(await consume({ nonce: 'first' })).toBe('cold');
      const now = NOON + 20;
      for (const created of [NOON - MAX_AGE + 20, NOON, NOON + FUTURE_SKEW, NOON + FUTURE_SKEW + 1]) {
        expect(await consume({ nonce: `at ${created}`, created, now })).toBe('cold');
        expect(await consume({ nonce: `at ${created}`, created, now })).toBe('cold');
      }
      expect(await consume({ nonce: 'later', created: NOON + FUTURE_SKEW + 2, now })).toBe('consumed');
      expect(await consume({ nonce: 'later', created: NOON + FUTURE_SKEW + 2, now })).toBe('replayed');
    });

    it('accepts nothing twice when the clock is set back after a day', async () => {
      const consume = await opened();
      const accepted: { nonce: string; created: number }[] = [];
      for (let now = NOON; now < NOON + 86_400; now += 60) {
        const message = { nonce: `at ${now}`, created: now };
        expect(await consume({ ...message, now })).toBe('consumed');
        accepted.push(message);
      }
      for (const message of accepted) expect(await consume({ ...message, now: message.created + 1 })).not.toBe('consumed');
    });

    if (bounded) describeBounds(opened);
    describeRandomly(opened, runs);
  });
}

type Opened = (options?: Partial<StoreOptions>) => Promise<(message: Message) => Promise<Consumption>>;

function describeBounds(opened: Opened): void {
  it('refuses when full and evicts nothing', async () => {
    const consume = await opened({ capacity: 1000 });
    for (let index = 0; index < 1000; index++) expect(await consume({ nonce: `n${index}` })).toBe('consumed');
    for (let index = 0; index < 5000; index++) expect(await consume({ nonce: `more ${index}` })).toBe('full');
    for (let index = 0; index < 1000; index++) expect(await consume({ nonce: `n${index}` })).toBe('replayed');
    expect(await consume({ nonce: 'more 0' })).toBe('full');
  });

  it('has room again when everything is past', async () => {
    const consume = await opened({ capacity: 1000 });
    for (let index = 0; index < 1000; index++) await consume({ nonce: `n${index}`, now: NOON + (index % 7) });
    const now = NOON + 2 * (MAX_AGE + FUTURE_SKEW) + 20;
    for (let index = 0; index < 1000; index++) expect(await consume({ nonce: `m${index}`, now })).toBe('consumed');
    expect(await consume({ nonce: 'one more', now })).toBe('full');
  });

  it('serves the other tenants while one floods', async () => {
    const consume = await opened({ capacity: 1000, quotaPerTenant: 100 });
    let accepted = 0;
    for (let index = 0; index < 5000; index++) {
      if ((await consume({ tenant: 'flood', keyid: `k${index % 9}`, nonce: `n${index}` })) === 'consumed') accepted++;
    }
    expect(accepted).toBe(100);
    for (let tenant = 0; tenant < 9; tenant++) {
      for (let index = 0; index < 100; index++) expect(await consume({ tenant: `t${tenant}`, nonce: `n${index}` })).toBe('consumed');
    }
    expect(await consume({ tenant: 'late', nonce: 'n' })).toBe('full');
  });

  it('counts a quota across its whole memory, and gives it back', async () => {
    const consume = await opened({ capacity: 1000, quotaPerTenant: 10 });
    for (let index = 0; index < 10; index++)
      expect(await consume({ tenant: 'a', nonce: `n${index}`, now: NOON + 60 * (index % 3) })).toBe('consumed');
    for (const now of [NOON + 121, NOON + MAX_AGE, NOON + MAX_AGE + FUTURE_SKEW])
      expect(await consume({ tenant: 'a', nonce: `at ${now}`, now })).toBe('full');
    const now = NOON + 86_400;
    for (let index = 0; index < 10; index++) expect(await consume({ tenant: 'a', nonce: `n${index}`, now })).toBe('consumed');
    expect(await consume({ tenant: 'a', nonce: 'one more', now })).toBe('full');
  });
}

interface Step {
  /** Seconds that pass; negative where the clock is set back. */
  readonly pass: number;
  /** How old a new message is, or which of the earlier ones is sent again. */
  readonly send: { readonly age: number; readonly tenant: number; readonly lifetime: number } | { readonly again: number };
}

const step = (pass: fc.Arbitrary<number>, lifetime: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record({
    pass,
    send: fc.oneof(
      fc.record({ age: fc.integer({ min: -FUTURE_SKEW, max: MAX_AGE }), tenant: fc.nat(2), lifetime }),
      fc.record({ again: fc.nat(1_000_000) }),
    ),
  });
const pause = fc.oneof(
  { weight: 6, arbitrary: fc.nat(20) },
  { weight: 2, arbitrary: fc.nat(400) },
  { weight: 1, arbitrary: fc.nat(100_000) },
);
const jump = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.nat(5000) },
  { weight: 2, arbitrary: fc.integer({ min: -5000, max: -1 }) },
);

/** The naive model: every message that was accepted, for ever. */
function describeRandomly(opened: Opened, numRuns: number): void {
  const play = async (steps: readonly Step[], check: (answer: Consumption, sent: Required<Message>, known: boolean) => void) => {
    const consume = await opened();
    const sent: Required<Message>[] = [];
    const accepted = new Set<string>();
    let now = NOON;
    for (const { pass, send } of steps) {
      now += pass;
      const message = 'again' in send ? sent[send.again % Math.max(1, sent.length)] : undefined;
      const fresh = 'again' in send ? { age: 0, tenant: 0, lifetime: MAX_AGE } : send;
      const created = message?.created ?? now - fresh.age;
      const made = {
        tenant: ['', 'a', 'b'][fresh.tenant]!,
        keyid: 'k',
        nonce: String(sent.length),
        created,
        expires: created + fresh.lifetime,
      };
      const current = { ...(message ?? made), now };
      // What a verifier refuses for its time never reaches a store.
      if (!isTimely(created, now) || now > current.expires) continue;
      const answer = await consume(current);
      check(answer, current, accepted.has(current.nonce));
      if (answer === 'consumed') accepted.add(current.nonce);
      if (message === undefined) sent.push(current);
    }
  };

  it('answers as a model that remembers everything (random traffic)', async () => {
    const steps = fc.array(step(pause, fc.constant(MAX_AGE)), { minLength: 20, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(steps, (list) =>
        play(list, (answer, { nonce }, known) => {
          expect(answer, nonce).toBe(known ? 'replayed' : 'consumed');
        }),
      ),
      { numRuns },
    );
  });

  it('accepts nothing twice, however the clock jumps and lifetimes mix (random traffic)', async () => {
    const steps = fc.array(step(jump, fc.integer({ min: 1, max: MAX_AGE })), { minLength: 20, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(steps, (list) =>
        play(list, (answer, { nonce }, known) => {
          if (known) expect(answer, nonce).not.toBe('consumed');
        }),
      ),
      { numRuns },
    );
  });
}
