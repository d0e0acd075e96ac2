import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandomBytes } from '../../src/crypto/random.ts';
import type { Awaitable } from '../../src/internal/awaitable.ts';
import { createFingerprint } from '../../src/replay/fingerprint.ts';
import { FingerprintTable } from '../../src/replay/fingerprint-table.ts';
import { type MemoryReplayStoreOptions, memoryReplayStore } from '../../src/replay/memory-store.ts';
import { type Consumption, replayScope } from '../../src/replay/store.ts';

import { consumption, describeReplayStore, FUTURE_SKEW, MAX_AGE, type Message, NOON } from '../support/replay-store-contract.ts';
import { rounds } from '../support/rounds.ts';

describeReplayStore('memoryReplayStore', {
  create: ({ warm, ...options }) => memoryReplayStore({ ...options, insecurelyAssumeNoEarlierMessages: warm }),
  bounded: true,
  runs: rounds(1000),
});

/** A store, and that it answers at once from its second message on is part of its contract. */
function open(options: MemoryReplayStoreOptions = {}): (message: Message) => Awaitable<Consumption> {
  const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, ...options });
  let loaded = false;
  return async (message) => {
    const answer = store.consume(consumption(message));
    if (loaded && typeof answer !== 'string') throw new Error('it made us wait');
    await answer;
    loaded = true;
    return answer;
  };
}

/** A million; or what fills its tables as well as a million does. */
const MANY = Math.max(rounds(1_000_000), 250_000);

/** As long as a nonce can take up room: signed at the edge of the future, and judged at the end of its life. */
const WINDOW = MAX_AGE + 2 * FUTURE_SKEW + 1;

describe('memoryReplayStore', () => {
  it('draws 16 bytes at the first use, none before and none after', async () => {
    const drawn: number[] = [];
    const randomBytes = (length: number) => {
      drawn.push(length);
      return systemRandomBytes(length);
    };
    const consume = open({ randomBytes });
    expect(drawn).toEqual([]);
    for (let index = 0; index < 100; index++) await consume({ nonce: `${index}`, now: NOON + 50 * index });
    expect(drawn).toEqual([16]);
  });

  it('throws, and so accepts nothing, with a source of randomness that does not give what it should', async () => {
    await expect(open({ randomBytes: () => new Uint8Array(8) })({ nonce: 'a' })).rejects.toThrow(TypeError);
  });

  it('refuses options and times that are no such thing', async () => {
    for (const capacity of [0, -1, 1.5, Number.NaN, 2 ** 24 + 1]) expect(() => memoryReplayStore({ capacity })).toThrow(RangeError);
    for (const quotaPerTenant of [0, 0.5]) expect(() => memoryReplayStore({ quotaPerTenant })).toThrow(RangeError);
    const consume = open();
    for (const time of [Number.NaN, Infinity, -Infinity]) {
      await expect(consume({ nonce: 'a', now: time, created: NOON })).rejects.toThrow(RangeError);
      await expect(consume({ nonce: 'a', now: NOON, created: time })).rejects.toThrow(RangeError);
    }
    expect(await consume({ nonce: 'a' })).toBe('consumed');
  });

  it('shows nothing of what it holds', async () => {
    const store = memoryReplayStore();
    void store.consume(consumption({ nonce: 'shown' }));
    expect(JSON.stringify(store)).toBe('{}');
  });

  it('stays cold until its start when the clock is set back', async () => {
    const consume = open({ insecurelyAssumeNoEarlierMessages: false });
    expect(await consume({ nonce: 'a' })).toBe('cold');
    expect(await consume({ nonce: 'b', now: NOON - 3600 })).toBe('cold');
    expect(await consume({ nonce: 'c', now: NOON + FUTURE_SKEW + 1 })).toBe('cold');
    expect(await consume({ nonce: 'd', now: NOON + FUTURE_SKEW + 2 })).toBe('consumed');
  });

  it('forgets only as a whole, and answers cold for what it forgot', async () => {
    const consume = open();
    expect(await consume({ nonce: 'a' })).toBe('consumed');
    const now = NOON + MAX_AGE + FUTURE_SKEW + 1;
    expect(await consume({ nonce: 'b', now })).toBe('consumed');
    // "a" is gone: a clock that is set back, or a verifier with a longer maxAge, must not bring it in again.
    expect(await consume({ nonce: 'a', created: NOON, now: NOON + 1 })).toBe('cold');
    expect(await consume({ nonce: 'never seen', created: NOON, now: NOON + 1 })).toBe('cold');
    expect(await consume({ nonce: 'c', created: NOON + 1, now })).toBe('consumed');
  });

  it('serves everything at the documented rate, for hours', async () => {
    // Three a second: a prime number of seconds would hide a rhythm, these do not.
    const consume = open({ capacity: 2 * WINDOW * 3 });
    for (let second = 0; second < 20 * WINDOW; second++) {
      for (let index = 0; index < 3; index++) {
        const created = NOON + second + [FUTURE_SKEW, 0, -MAX_AGE][index]!;
        const answer = await consume({ nonce: `${second} ${index}`, created, now: NOON + second });
        if (answer !== 'consumed') throw new Error(`${answer} after ${second} s`);
      }
    }
  });

  it('answers full beyond that, replayed for what it has, and recovers', async () => {
    const consume = open({ capacity: 2 * WINDOW });
    const answers = new Map<Consumption, number>();
    const accepted: Message[] = [];
    for (let second = 0; second < 10 * WINDOW; second++) {
      for (let index = 0; index < 4; index++) {
        const message = { nonce: `${second} ${index}`, created: NOON + second };
        const answer = await consume({ ...message, now: NOON + second });
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
        if (answer === 'consumed') accepted.push(message);
      }
      const recent = accepted[accepted.length - 1 - (second % 7)];
      if (recent) expect(await consume({ ...recent, now: NOON + second })).not.toBe('consumed');
    }
    expect([...answers.keys()].sort()).toEqual(['consumed', 'full']);
    // At least as many as the honest rate would have been.
    expect(answers.get('consumed')).toBeGreaterThanOrEqual(8 * WINDOW);
  });

  it('refuses no slow clock where other messages expire soon', async () => {
    const consume = open();
    expect(await consume({ nonce: 'plain' })).toBe('consumed');
    for (let second = 1; second < 5 * WINDOW; second++) {
      const now = NOON + second;
      expect(await consume({ nonce: `short ${second}`, now, expires: now + 10 })).toBe('consumed');
      if (second > MAX_AGE) expect(await consume({ nonce: `slow ${second}`, now, created: now - MAX_AGE })).toBe('consumed');
    }
  });

  it('keeps everything as long as the longest life it has seen', async () => {
    const consume = open();
    const day = 86_400;
    const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const long = (nonce: string, now: number, created: number) =>
      store.consume({ ...consumption({ nonce, now, created }), keepUntil: created + day });
    expect(await long('a', NOON, NOON)).toBe('consumed');
    for (let now = NOON; now <= NOON + day; now += 97) {
      expect(await store.consume(consumption({ nonce: `other ${now}`, now }))).toBe('consumed');
      expect(await long('a', now, NOON)).toBe('replayed');
      expect(await long(`late ${now}`, now, Math.max(NOON, now - day))).toBe('consumed');
    }
    expect(await consume({ nonce: 'a' })).toBe('consumed');
  });

  it('is whole again at once when the clock jumps a year ahead, and lets nothing in when it jumps back', async () => {
    const consume = open({ capacity: 100, quotaPerTenant: 50 });
    for (let index = 0; index < 50; index++) await consume({ tenant: 'a', nonce: `a${index}`, now: NOON + index });
    for (let index = 0; index < 50; index++) await consume({ tenant: 'b', nonce: `b${index}`, now: NOON + index });
    expect(await consume({ tenant: 'a', nonce: 'x', now: NOON + 60 })).toBe('full');
    const year = NOON + 31_536_000;
    for (const tenant of ['a', 'b'])
      for (let index = 0; index < 50; index++) expect(await consume({ tenant, nonce: `${index}`, now: year })).toBe('consumed');
    for (let index = 0; index < 50; index++) {
      expect(await consume({ tenant: 'a', nonce: `a${index}`, created: NOON + index, now: NOON + 100 })).toBe('cold');
    }
  });

  it('gives a named tenant half of the capacity, and keys without a tenant all of it', async () => {
    for (const [tenant, expected] of [
      ['a', 500],
      ['', 1000],
    ] as const) {
      const consume = open({ capacity: 1000 });
      let accepted = 0;
      for (let index = 0; index < 2000; index++) if ((await consume({ tenant, nonce: `${index}` })) === 'consumed') accepted++;
      expect(accepted).toBe(expected);
      expect(await consume({ tenant: 'b', nonce: 'n' })).toBe(tenant === 'a' ? 'consumed' : 'full');
    }
  });

  it(`takes at most 40 bytes a nonce at ${MANY}, and twice as many more change nothing`, { timeout: 60_000 }, async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const memory = () => {
      for (let turn = 0; turn < 3; turn++) collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const scope = replayScope('acme', 'key');
    const template = { ...consumption({ tenant: 'acme', nonce: '' }), scope };
    // What the engine keeps of code that has become hot is no nonce's.
    const earlier = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    for (let index = 0; index < 30_000; index++) await earlier.consume({ ...template, nonce: `earlier ${index}` });
    const before = memory();
    const store = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, quotaPerTenant: MANY });
    let worst = 0;
    let consumed = 0;
    const count = async (from: number, to: number) => {
      for (let index = from; index < to; index++) {
        // Half in each generation, so that both count.
        const now = NOON + (index < MANY / 2 ? 0 : 60);
        if (
          (await store.consume({
            ...template,
            now,
            created: now,
            keepUntil: now + MAX_AGE,
            nonce: index.toString(36).padStart(22, '-'),
          })) === 'consumed'
        )
          consumed++;
        if (index % (MANY / 10) === MANY / 10 - 1) worst = Math.max(worst, (memory() - before) / consumed);
      }
    };
    await count(0, MANY);
    const bytes = (memory() - before) / MANY;
    expect(consumed).toBe(MANY);
    expect(bytes).toBeLessThanOrEqual(40);
    expect(worst).toBeLessThanOrEqual(40);
    await count(MANY, 3 * MANY);
    expect(consumed).toBe(MANY);
    expect((memory() - before) / MANY).toBeLessThanOrEqual(40);
    expect(await store.consume({ ...template, nonce: 'one more' })).toBe('full');
  });
});

describe('fingerprints', () => {
  const copy = (print: Int32Array) => print.join();

  it('differ for all pairs of scope and nonce, lone surrogates included', () => {
    const fingerprint = createFingerprint(systemRandomBytes);
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('a', '1', ':', '\u0000', '\u0080', '\u8080', '\ud800', '\udfff', '\ufffd'),
        fc.string({ unit: 'binary' }),
      ),
      maxLength: 6,
    });
    fc.assert(
      fc.property(text, text, text, text, (scopeA, nonceA, scopeB, nonceB) => {
        const same = scopeA === scopeB && nonceA === nonceB;
        expect(copy(fingerprint(scopeA, nonceA)) === copy(fingerprint(scopeB, nonceB))).toBe(same);
      }),
      { numRuns: rounds(5000) },
    );
    const units = Array.from({ length: 65_536 }, (_, unit) => String.fromCharCode(unit));
    expect(new Set(units.map((unit) => copy(fingerprint(unit, '')))).size).toBe(65_536);
    expect(copy(fingerprint('ab', 'c'))).not.toBe(copy(fingerprint('a', 'bc')));
  });

  it('differ from store to store, and not from call to call', () => {
    const one = createFingerprint(systemRandomBytes);
    const other = createFingerprint(systemRandomBytes);
    expect(copy(one('s', 'n'))).toBe(copy(one('s', 'n')));
    expect(copy(one('s', 'n'))).not.toBe(copy(other('s', 'n')));
  });

  it('do not depend on what was longer before', () => {
    const fingerprint = createFingerprint(systemRandomBytes);
    const before = copy(fingerprint('scope', 'nonce'));
    fingerprint('€'.repeat(5000), 'y'.repeat(5000));
    expect(copy(fingerprint('scope', 'nonce'))).toBe(before);
  });
});

describe('FingerprintTable', () => {
  it('holds what was added and nothing else, also when all want the same place', () => {
    for (const crowd of [false, true]) {
      const table = new FingerprintTable();
      const prints = Array.from({ length: 3000 }, (_, index) =>
        Int32Array.of(1 + (index % 5), crowd ? -1 : Math.imul(index, 0x9e3779b9), index, crowd ? -1 : Math.imul(index, 0x85ebca6b)),
      );
      prints.forEach((print, index) => {
        expect(table.has(print)).toBe(false);
        table.add(print);
        expect(table.size).toBe(index + 1);
        expect(table.has(print)).toBe(true);
      });
      expect(prints.every((print) => table.has(print))).toBe(true);
      for (const word of [0, 1, 2, 3]) {
        const near = Int32Array.from(prints[7]!);
        near[word]! ^= 64;
        expect(table.has(near)).toBe(false);
      }
    }
  });
});
