/**
 * What every replay store must do, whatever it is made of. A store's own test runs this suite and adds what is special.
 */
import { describe, expect, it } from 'vitest';
import type { Awaitable } from '../../src/internal/awaitable.ts';
import { type ConsumeRequest, type Consumption, LONGEST_LIFE, type ReplayStore } from '../../src/replay/store.ts';
import { describeBounds } from './replay-store-bounds.ts';
import { describeLives } from './replay-store-lives.ts';
import { consumption, DAY, FUTURE_SKEW, MAX_AGE, type Message, NOON } from './replay-store-messages.ts';
import { describeTraffic } from './replay-store-traffic.ts';

export interface StoreOptions {
  /** Starts as a store of new keys does, without a cold start. */
  readonly warm: boolean;
  readonly capacity?: number;
  readonly quotaPerTenant?: number;
  /** The greatest futureSkew of any verifier before the start. */
  readonly earlierFutureSkew?: number;
}

export interface ReplayStoreContract {
  /** A new store, or a new name space of one. */
  create(options: StoreOptions): Awaitable<ReplayStore>;
  /** The same store after its process was killed: what it remembers then is its own affair. */
  restart(store: ReplayStore, options: StoreOptions): Awaitable<ReplayStore>;
  /** Whether it has a capacity and quotas of its own. */
  readonly bounded: boolean;
  /** Whether nonces are serial numbers instead of free text; nothing is forgotten then. */
  readonly serial?: boolean;
  /** Runs of the random checks. */
  readonly runs?: number;
}

/** One nonce of a store after another. */
export type NonceOf = (index: number) => string;

export type Consume = (message: Message) => Promise<Consumption>;

export type Open = (options?: Partial<StoreOptions>) => Promise<Consume>;

export function describeReplayStore(name: string, contract: ReplayStoreContract): void {
  const { create, bounded, serial = false } = contract;
  const open: Open = async (options) => {
    const store = await create({ warm: true, ...options });
    return async (message) => store.consume(consumption(message));
  };
  const nonceOf: NonceOf = (index) => (serial ? String(index) : `n${index}`);

  describe(`${name}: the contract of replay stores`, () => {
    describeOnce(open, nonceOf);
    describeCold(open, nonceOf);
    describeAllOrNone(create, nonceOf);
    describeRefusals(create, nonceOf);
    if (!serial) describeText(open);
    if (!serial) describeLives(create, open);
    if (bounded) describeBounds(open);
    describeTraffic(contract, nonceOf);
  });
}

function describeOnce(open: Open, nonceOf: NonceOf): void {
  it('consumes a nonce exactly once', async () => {
    const consume = await open();
    expect(await consume({ nonce: nonceOf(1) })).toBe('consumed');
    for (let turn = 0; turn < 3; turn++) expect(await consume({ nonce: nonceOf(1) })).toBe('replayed');
    expect(await consume({ nonce: nonceOf(2) })).toBe('consumed');
    expect(await consume({ nonce: nonceOf(1) })).toBe('replayed');
  });

  it('consumes each of 20 nonces once under 500 concurrent uses each', async () => {
    const consume = await open();
    const nonces = Array.from({ length: 20 }, (_, index) => nonceOf(index));
    const answers = await Promise.all(nonces.flatMap((nonce) => Array.from({ length: 500 }, () => consume({ nonce }))));
    expect(answers.filter((answer) => answer === 'consumed')).toHaveLength(20);
    expect(answers.filter((answer) => answer === 'replayed')).toHaveLength(20 * 499);
  });

  it('keeps keys and tags apart, and no tag from an empty one', async () => {
    const consume = await open();
    for (const tag of [undefined, '', 'a', 'b']) {
      for (const keyid of ['k', 'l']) expect(await consume({ tag, keyid, nonce: nonceOf(7) })).toBe('consumed');
    }
    expect(await consume({ tag: 'a', keyid: 'l', nonce: nonceOf(7) })).toBe('replayed');
  });

  it('accepts nothing again because its key was given another tenant', async () => {
    const consume = await open();
    expect(await consume({ tenant: '', nonce: nonceOf(7) })).toBe('consumed');
    for (const tenant of ['', 'a', 'b']) expect(await consume({ tenant, nonce: nonceOf(7) })).toBe('replayed');
  });

  it('remembers until keepUntil, that second included', async () => {
    const consume = await open();
    const message = { nonce: nonceOf(0), created: NOON };
    expect(await consume(message)).toBe('consumed');
    const end = NOON + MAX_AGE + FUTURE_SKEW + 1;
    for (let now = NOON; now <= end; now++) {
      // Other traffic, which is what makes a store clean up.
      expect(await consume({ nonce: nonceOf(1 + now - NOON), now })).toBe('consumed');
      expect(await consume({ ...message, now }), `after ${now - NOON} s`).toBe('replayed');
    }
  });

  it('remembers a message from the future until it is past', async () => {
    const consume = await open();
    const created = NOON + FUTURE_SKEW;
    expect(await consume({ nonce: nonceOf(0), created, now: NOON })).toBe('consumed');
    for (const now of [NOON + 1, created + MAX_AGE, created + MAX_AGE + FUTURE_SKEW + 1]) {
      expect(await consume({ nonce: nonceOf(now - NOON), now })).toBe('consumed');
      expect(await consume({ nonce: nonceOf(0), created, now })).toBe('replayed');
    }
  });

  it('accepts nothing twice when the clock is set back after a day', async () => {
    const consume = await open();
    const accepted: Message[] = [];
    for (let now = NOON; now < NOON + DAY; now += 60) {
      const message = { nonce: nonceOf(now - NOON), created: now };
      expect(await consume({ ...message, now })).toBe('consumed');
      accepted.push(message);
    }
    for (const message of accepted) expect(await consume({ ...message, now: message.created! + 1 })).not.toBe('consumed');
  });
}

function describeCold(open: Open, nonceOf: NonceOf): void {
  it('is cold for what is asked after keepUntil, recorded or not', async () => {
    const consume = await open();
    const keepUntil = NOON + MAX_AGE + FUTURE_SKEW + 1;
    const message = { nonce: nonceOf(0), created: NOON };
    expect(await consume({ ...message, now: keepUntil + 1 })).toBe('cold');
    expect(await consume({ ...message, now: keepUntil })).toBe('consumed');
    expect(await consume({ ...message, now: keepUntil })).toBe('replayed');
    expect(await consume({ ...message, now: keepUntil + 1 })).toBe('cold');
  });

  it('is cold after keepUntil also where it certainly still remembers, beside messages that live longer', async () => {
    const consume = await open();
    const ended = { nonce: nonceOf(1), created: NOON, expires: NOON + 10 };
    expect(await consume({ ...ended, now: NOON })).toBe('consumed');
    expect(await consume({ ...ended, now: NOON + 10 + FUTURE_SKEW + 1 })).toBe('replayed');
    expect(await consume({ ...ended, now: NOON + 10 + FUTURE_SKEW + 2 })).toBe('cold');
  });

  it('is cold for what was created until its start, skew and a second included', async () => {
    const consume = await open({ warm: false });
    for (let turn = 0; turn < 2; turn++) expect(await consume({ nonce: nonceOf(0) })).toBe('cold');
    const now = NOON + 20;
    for (const age of [MAX_AGE, 20, 20 - FUTURE_SKEW, 20 - FUTURE_SKEW - 1]) {
      for (let turn = 0; turn < 2; turn++) expect(await consume({ nonce: nonceOf(age), created: now - age, now })).toBe('cold');
    }
    const later = { nonce: nonceOf(1000), created: NOON + FUTURE_SKEW + 2, now };
    expect(await consume(later)).toBe('consumed');
    expect(await consume(later)).toBe('replayed');
  });

  it('goes by the greatest futureSkew of its verifiers', async () => {
    const consume = await open({ warm: false });
    expect(await consume({ nonce: nonceOf(0), futureSkew: 60 })).toBe('cold');
    const now = NOON + 50;
    expect(await consume({ nonce: nonceOf(1), created: NOON + 50, now, futureSkew: 5 })).toBe('cold');
    expect(await consume({ nonce: nonceOf(2), created: NOON + 61, now: NOON + 61, futureSkew: 0 })).toBe('cold');
    expect(await consume({ nonce: nonceOf(3), created: NOON + 62, now: NOON + 62, futureSkew: 0 })).toBe('consumed');
  });

  it('goes by the futureSkew that verifiers had before the start', async () => {
    const consume = await open({ warm: false, earlierFutureSkew: 60 });
    expect(await consume({ nonce: nonceOf(0), futureSkew: 0 })).toBe('cold');
    for (const [seconds, answer] of [
      [2, 'cold'],
      [61, 'cold'],
      [62, 'consumed'],
    ] as const) {
      expect(await consume({ nonce: nonceOf(seconds), created: NOON + seconds, now: NOON + seconds, futureSkew: 0 })).toBe(answer);
    }
  });
}

function describeAllOrNone(create: ReplayStoreContract['create'], nonceOf: NonceOf): void {
  it('consumes several nonces together: all of them, or none', async () => {
    const store = await create({ warm: true });
    const all = async (...messages: readonly Message[]) => store.consumeAll!(messages.map(consumption));
    const client = { keyid: 'client', nonce: nonceOf(1) };
    const proxy = { keyid: 'proxy', nonce: nonceOf(2) };
    expect(await store.consume(consumption(proxy))).toBe('consumed');
    // Refused by its second nonce, whatever the order: the first one is still there.
    for (let turn = 0; turn < 2; turn++) expect(await all(client, proxy)).toBe('replayed');
    expect(await all(proxy, client)).toBe('replayed');
    const late = { ...proxy, nonce: nonceOf(3), created: NOON - MAX_AGE - FUTURE_SKEW - 2, now: NOON };
    expect(await all(client, late)).toBe('cold');
    expect(await all(client, { ...proxy, nonce: nonceOf(3) })).toBe('consumed');
    for (const message of [client, { ...proxy, nonce: nonceOf(3) }]) expect(await store.consume(consumption(message))).toBe('replayed');
    expect(await all()).toBe('consumed');
  });

  it('refuses two nonces of one scope together, and what no store can hold, and remembers nothing of them', async () => {
    const store = await create({ warm: true });
    const first = consumption({ nonce: nonceOf(1) });
    const others = [consumption({ nonce: nonceOf(2) }), first, { ...consumption({ keyid: 'other', nonce: nonceOf(1) }), now: Number.NaN }];
    for (const other of others) await expect((async () => store.consumeAll!([first, other]))()).rejects.toThrow(/^(requests|now) must/);
    await expect((async () => store.consumeAll!(first as never))()).rejects.toThrow(TypeError);
    expect(await store.consume(first)).toBe('consumed');
  });
}

const MILLISECONDS = NOON * 1000;

/** What no store can hold, and what the error says. */
const REFUSED: readonly (readonly [string, Readonly<Partial<Record<keyof ConsumeRequest, unknown>>>, RegExp])[] = [
  ['an empty nonce', { nonce: '' }, /nonce/],
  ['a nonce of 129 characters', { nonce: '1'.repeat(129) }, /nonce.*128/],
  ['a nonce of 130 bytes', { nonce: 'é'.repeat(65) }, /nonce.*128/],
  ['a nonce of a megabyte', { nonce: '1'.repeat(2 ** 20) }, /nonce.*128/],
  ...['\ud800', 'a\udc00', '\udc00\ud800', '\ud83d', '😀\ude00'].map(
    (nonce) => ['a lone surrogate', { nonce }, /nonce.*surrogate/] as const,
  ),
  ...[undefined, null, 7, {}, new Uint8Array(16)].map((nonce) => ['a nonce that is no text', { nonce }, /nonce/] as const),
  ['an empty scope', { scope: '' }, /scope/],
  ['a scope of a megabyte', { scope: 'k'.repeat(2 ** 20) }, /scope/],
  ['a scope with a lone surrogate', { scope: '1:\ud800-' }, /scope/],
  ['no scope', { scope: undefined }, /scope/],
  ['no tenant', { tenant: undefined }, /tenant/],
  ...(['created', 'expires', 'keepUntil', 'now', 'futureSkew'] as const).flatMap((name) =>
    [
      Number.NaN,
      Infinity,
      -Infinity,
      -1,
      0.5,
      NOON + 0.5,
      MILLISECONDS,
      2 ** 53,
      String(NOON),
      new Date(MILLISECONDS),
      BigInt(NOON),
      null,
    ].map((time) => [`${name}: ${typeof time} ${time}`, { [name]: time }, new RegExp(`${name}.*seconds`)] as const),
  ),
  ['a futureSkew in milliseconds', { futureSkew: 5000 }, /futureSkew.*seconds/],
];

function describeRefusals(create: ReplayStoreContract['create'], nonceOf: NonceOf): void {
  it.each(REFUSED)('refuses by itself: %s', async (_, bad, message) => {
    const store = await create({ warm: false });
    // An hour ahead: would anything of it stay, the epoch would lie there.
    const good = consumption({ nonce: nonceOf(1), now: NOON + 3600 });
    const error = await (async () => store.consume({ ...good, ...bad } as ConsumeRequest))().catch((thrown: unknown) => thrown);
    expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
    expect(await store.consume(consumption({ nonce: nonceOf(0), now: NOON }))).toBe('cold');
    const now = NOON + FUTURE_SKEW + 2;
    expect(await store.consume(consumption({ nonce: nonceOf(1), now }))).toBe('consumed');
  });

  it('takes on a life of 31 days', async () => {
    const store = await create({ warm: true });
    const request = { ...consumption({ nonce: nonceOf(1) }), keepUntil: NOON + LONGEST_LIFE };
    expect(await store.consume(request)).toBe('consumed');
    expect(await store.consume({ ...request, now: NOON + LONGEST_LIFE })).toBe('replayed');
  });
}

function describeText(open: Open): void {
  it('is not confused by where keyid, tag and nonce end', async () => {
    const consume = await open();
    const texts = ['', '1', '1:', '1:1', '11', ':', '0:', '1:a', 'a', 'a1:', 'aa', 'é', 'Ã©', '|', 'a|', '-', 'a-', '-0:', '0:-'];
    for (const keyid of texts) {
      for (const tag of [undefined, ...texts]) {
        for (const nonce of texts.slice(1))
          expect(await consume({ keyid, tag, nonce }), JSON.stringify([keyid, tag, nonce])).toBe('consumed');
      }
    }
  });

  it('treats nonces as exact text', async () => {
    const consume = await open();
    const long = 'x'.repeat(128);
    const texts = [
      'abc',
      'ABC',
      'abc ',
      ' abc',
      'abc=',
      'é',
      'e\u0301',
      '\u0000',
      '\u0000\u0000',
      '__proto__',
      'constructor',
      '😀',
      'İ',
      'i',
    ];
    for (const nonce of [...texts, long, long.slice(1), 'é'.repeat(64), '😀'.repeat(32)]) {
      expect(await consume({ nonce }), nonce).toBe('consumed');
      expect(await consume({ nonce }), nonce).toBe('replayed');
    }
  });
}
