import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVerificationError } from '../../src/errors.ts';
import { type SerialReplayStoreOptions, serialReplayStore } from '../../src/replay/serial-store.ts';
import type { Consumption } from '../../src/replay/store.ts';
import { consumption, FUTURE_SKEW, type Message, NOON } from '../../src/testing/messages.ts';
import { describeReplayStore, type StoreOptions } from '../support/replay-store-contract.ts';
import { rounds } from '../support/rounds.ts';

const create = ({ warm, earlierFutureSkew }: StoreOptions) =>
  serialReplayStore({ earlierFutureSkew, window: 2000, insecurelyAssumeNoEarlierMessages: warm });

describeReplayStore('serialReplayStore', { create, restart: (_, options) => create(options), bounded: false, serial: true });

function open(
  options: SerialReplayStoreOptions = {},
): (message: Omit<Message, 'nonce'> & { readonly nonce: string | number }) => Consumption {
  const store = serialReplayStore({ insecurelyAssumeNoEarlierMessages: true, ...options });
  return (message) => {
    const answer = store.consume(consumption({ ...message, nonce: String(message.nonce) }));
    if (typeof answer !== 'string') throw new Error('it made us wait');
    return answer;
  };
}

/** A generator of its own (xorshift), so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Serials in the order in which they arrive if so many are always on the way, each for a random while. */
function arrivals(count: number, inFlight: number, random: () => number): readonly number[] {
  const order: number[] = [];
  const flying: { serial: number; lands: number }[] = [];
  let clock = 0;
  for (let serial = 1; serial <= count || flying.length > 0; ) {
    while (flying.length < inFlight && serial <= count) flying.push({ serial: serial++, lands: clock + 1 + 3 * random() });
    flying.sort((a, b) => a.lands - b.lands);
    const landed = flying.shift()!;
    clock = landed.lands;
    order.push(landed.serial);
  }
  return order;
}

describe('serialReplayStore', () => {
  it('consumes each serial once', () => {
    const consume = open();
    for (const nonce of [5, 6, 4, 0, 3, 100, 99, 2]) {
      expect(consume({ nonce }), String(nonce)).toBe('consumed');
      expect(consume({ nonce }), String(nonce)).toBe('replayed');
    }
    for (const nonce of [5, 6, 4, 0, 3, 100, 99, 2]) expect(consume({ nonce })).toBe('replayed');
  });

  it('refuses no honest message with 32 in flight, jittered', () => {
    const random = randomOf(20_260_101);
    const order = arrivals(20_000, 32, random);
    expect(order.some((serial, index) => index > 0 && serial < order[index - 1]!)).toBe(true);
    const consume = open({ window: 256 });
    for (const nonce of order) if (consume({ nonce }) !== 'consumed') throw new Error(`${nonce} was refused`);
    for (const nonce of order) if (consume({ nonce }) !== 'replayed') throw new Error(`${nonce} was accepted again`);
  });

  it('accepts a serial once among 500 concurrent uses', async () => {
    const store = serialReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const answers = await Promise.all(Array.from({ length: 500 }, async () => store.consume(consumption({ nonce: '7' }))));
    expect(answers.filter((answer) => answer === 'consumed')).toHaveLength(1);
  });

  it('is strictly increasing with a window of 1', () => {
    const consume = open({ window: 1 });
    expect([5, 5, 6, 4, 5, 6, 8, 7, 9].map((nonce) => consume({ nonce }))).toEqual([
      'consumed',
      'replayed',
      'consumed',
      'replayed',
      'replayed',
      'replayed',
      'consumed',
      'replayed',
      'consumed',
    ]);
  });

  it('refuses what lies at or below the window, and nothing above', () => {
    for (const window of [1, 2, 7, 8, 9, 64, 255, 256, 257, 65_536]) {
      const consume = open({ window });
      expect(consume({ nonce: 100_000 })).toBe('consumed');
      expect(consume({ nonce: 100_000 - window })).toBe('replayed');
      expect(consume({ nonce: 100_000 - window + 1 })).toBe(window === 1 ? 'replayed' : 'consumed');
      expect(consume({ nonce: 0 })).toBe('replayed');
    }
  });

  it('answers as a model that remembers every serial (random traffic)', () => {
    const serial = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -40, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) },
    );
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 8, 31, 32, 33, 64), fc.array(serial, { maxLength: 300 }), (window, moves) => {
        const consume = open({ window });
        const seen = new Set<number>();
        let highest = 0;
        for (const move of moves) {
          const nonce = Math.max(0, highest + move);
          const known = seen.has(nonce) || (seen.size > 0 && nonce <= highest - window);
          expect(consume({ nonce })).toBe(known ? 'replayed' : 'consumed');
          if (known) continue;
          seen.add(nonce);
          highest = Math.max(highest, nonce);
        }
      }),
      { numRuns: rounds(2000) },
    );
  });

  it('counts up to fifteen digits exactly', () => {
    const consume = open();
    for (const nonce of [999_999_999_999_744, 999_999_999_999_998, 999_999_999_999_999, 999_999_999_999_745]) {
      expect(consume({ nonce })).toBe('consumed');
      expect(consume({ nonce })).toBe('replayed');
    }
  });

  it('takes one spelling of a number only', () => {
    const consume = open();
    for (const nonce of ['01', '00', '-1', '+1', '1.0', '1e3', '0x1', ' 1', '1 ', '1\n', '1_0', '١', '1000000000000000', 'abc', 'NaN']) {
      try {
        expect.unreachable(consume({ nonce }));
      } catch (error) {
        expect(isVerificationError(error) && error.code, JSON.stringify(nonce)).toBe('signature_malformed');
      }
    }
    expect(consume({ nonce: '1' })).toBe('consumed');
  });

  it('keeps keys and tags apart, also where their names run together', () => {
    const consume = open();
    for (const [keyid, tag] of [
      ['ab', undefined],
      ['ab', ''],
      ['a', 'b'],
      ['', 'ab'],
      ['a', 'c'],
    ] as const) {
      expect(consume({ keyid, tag, nonce: 1 })).toBe('consumed');
      expect(consume({ keyid, tag, nonce: 1 })).toBe('replayed');
    }
  });

  it('never forgets, whatever the time', () => {
    const consume = open();
    expect(consume({ nonce: 1 })).toBe('consumed');
    expect(consume({ nonce: 1, now: NOON + 1e9 })).toBe('replayed');
    expect(consume({ nonce: 1, now: NOON - 1e9 })).toBe('replayed');
    expect(consume({ nonce: 2, now: NOON - 1e9 })).toBe('consumed');
  });

  it('takes on any life, since it forgets nothing', () => {
    const consume = open();
    expect(consume({ nonce: 1, maxAge: 1e9 })).toBe('consumed');
    expect(consume({ nonce: 1, created: NOON, now: NOON + 1e9, maxAge: 1e9 })).toBe('replayed');
  });

  it('answers full for one key too many, and goes on serving those it has', () => {
    const consume = open({ capacity: 3 });
    for (const keyid of ['a', 'b', 'c']) expect(consume({ keyid, nonce: 1 })).toBe('consumed');
    expect(consume({ keyid: 'd', nonce: 1 })).toBe('full');
    for (const keyid of ['a', 'b', 'c']) {
      expect(consume({ keyid, nonce: 1 })).toBe('replayed');
      expect(consume({ keyid, nonce: 2 })).toBe('consumed');
    }
  });

  it('is cold for what was created until its start, and learns nothing from it', () => {
    const consume = open({ insecurelyAssumeNoEarlierMessages: false });
    expect(consume({ nonce: 1000 })).toBe('cold');
    const now = NOON + FUTURE_SKEW + 2;
    expect(consume({ nonce: 1001, created: NOON + FUTURE_SKEW + 1, now })).toBe('cold');
    expect(consume({ nonce: 5, now })).toBe('consumed');
    expect(consume({ nonce: 1000, created: NOON, now })).toBe('cold');
    expect(consume({ nonce: 5, created: NOON, now })).toBe('replayed');
  });
});
