/** The part of the contract about lives: how long a record stays depends on its message, not on who asks. */
import { describe, expect, it } from 'vitest';
import { type Consumption, LONGEST_LIFE } from '../../src/replay/store.ts';
import type { Open, ReplayStoreContract } from './replay-store-contract.ts';
import { consumption, DAY, FUTURE_SKEW, isTimely, MAX_AGE, type Message, NOON, WEEK } from './replay-store-messages.ts';

const HOUR = 3600;

export function describeLives(create: ReplayStoreContract['create'], open: Open): void {
  describe('one message and two verifiers, of 300 and 3600 s', () => {
    for (const traffic of [true, false]) {
      it(`is accepted once in all at any two times, ${traffic ? 'with' : 'without'} other messages between`, async () => {
        for (let first = 0; first <= MAX_AGE; first += 150) {
          for (let second = 0; second <= HOUR; second += 50) {
            for (const ages of [
              [MAX_AGE, HOUR],
              [HOUR, MAX_AGE],
            ] as const)
              await meetTwice(open, { first, second, ages, traffic });
          }
        }
      });
    }

    it('is accepted by the longer one when it was never seen and its key had no shorter message', async () => {
      const consume = await open();
      for (let now = NOON; now <= NOON + HOUR; now += 10) expect(await consume({ keyid: 'other', nonce: `n${now}`, now })).toBe('consumed');
      expect(await consume({ nonce: 'late', created: NOON, now: NOON + HOUR, maxAge: HOUR })).toBe('consumed');
    });
  });

  // With a nonce, opened once, by the end of a week: beside requests, and beside URLs of the same key that end soon.
  for (const [name, other] of [
    ['requests of the same key', { tag: undefined }],
    ['URLs of the same key that live a minute', { tag: 'url', seconds: 60, maxAge: WEEK }],
    ['URLs of the same key that live an hour', { tag: 'url', seconds: HOUR, maxAge: WEEK }],
  ] as const) {
    it(`accepts a URL in the last second of its week, after thousands of ${name}`, async () => {
      const consume = await open();
      const url: Message = { tag: 'url', nonce: 'url', created: NOON, expires: NOON + WEEK, maxAge: WEEK };
      const early: Message = { ...url, nonce: 'early' };
      expect(await consume({ ...early, now: NOON })).toBe('consumed');
      const expiresOf = (now: number) => ('seconds' in other ? now + other.seconds : undefined);
      // More than a thousand times the life of a request.
      for (let now = NOON; now <= NOON + WEEK; now += 100)
        expect(await consume({ ...other, nonce: `n${now}`, now, expires: expiresOf(now) })).toBe('consumed');
      expect(await consume({ ...early, now: NOON + WEEK })).toBe('replayed');
      expect(await consume({ ...url, now: NOON + WEEK })).toBe('consumed');
      expect(await consume({ ...url, now: NOON + WEEK })).toBe('replayed');
    });
  }

  it('remembers every life until its end, among all the others', async () => {
    const consume = await open();
    const lives = [1, 60, 299, 300, 301, 900, HOUR, HOUR + 1, 6 * HOUR, DAY, DAY + 1, WEEK, WEEK + 1, LONGEST_LIFE - FUTURE_SKEW - 1];
    const messages = lives.map((life) => ({ tag: 'url', nonce: `${life}`, created: NOON, expires: NOON + life, maxAge: LONGEST_LIFE }));
    for (const message of messages) expect(await consume({ ...message, now: NOON })).toBe('consumed');
    for (const end of lives) {
      for (const message of messages.filter(({ expires }) => expires >= NOON + end))
        expect(await consume({ ...message, now: NOON + end }), `${message.nonce} at ${end}`).toBe('replayed');
    }
  });

  it('refuses lives of more than 31 days with a RangeError that says so, and remembers nothing of them', async () => {
    const store = await create({ warm: false });
    for (const keepUntil of [NOON + LONGEST_LIFE + 1, NOON + 32 * DAY, NOON + 400 * DAY]) {
      const ask = async () => store.consume({ ...consumption({ nonce: 'a', now: NOON }), keepUntil });
      await expect(ask()).rejects.toThrow(RangeError);
      await expect(ask()).rejects.toThrow(/31 days/);
    }
    const now = NOON - 60;
    expect(await store.consume(consumption({ nonce: 'b', now }))).toBe('cold');
    expect(await store.consume(consumption({ nonce: 'a', now: now + FUTURE_SKEW + 2 }))).toBe('consumed');
  });
}

interface Meeting {
  /** Seconds after `created`. */
  readonly first: number;
  readonly second: number;
  /** The maxAge of the verifier that meets the message first, and of the other. */
  readonly ages: readonly [number, number];
  readonly traffic: boolean;
}

async function meetTwice(open: Open, { first, second, ages, traffic }: Meeting): Promise<void> {
  const consume = await open();
  const answers: Consumption[] = [];
  let clock = NOON;
  for (const [seconds, maxAge] of [
    [first, ages[0]],
    [first + second, ages[1]],
  ] as const) {
    const message = { nonce: 'a', created: NOON, now: NOON + seconds, maxAge };
    for (; traffic && clock <= message.now; clock += 100) await consume({ nonce: `n${clock}`, now: clock });
    if (isTimely(message)) answers.push(await consume(message));
  }
  expect(answers[0]).toBe('consumed');
  expect(answers[1], `${ages.join(' and ')} s, met after ${first} s and ${second} s later`).not.toBe('consumed');
}
