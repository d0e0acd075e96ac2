/**
 * The part of the contract about lives: how long a record stays depends on its message, not on who asks.
 *
 * @module
 */

import { type Consumption, LONGEST_LIFE } from '../replay/store.ts';
import { DAY, FUTURE_SKEW, isTimely, MAX_AGE, type Message, WEEK } from './messages.ts';
import { ensure, requireAnswer, requireOf, type Suite, thrownBy } from './suite.ts';

const HOUR = 3600;

/** Seconds between the two times at which a message is met: around the ends of both policies, and between. */
const LATER = [0, 100, 298, 299, 300, 301, 304, 305, 306, 307, 308, 400, 650, 1000, 2000, 3599, 3600];

/** URLs with a nonce live a week, beside requests and beside URLs of the same key that end soon. */
const NEIGHBOURS: readonly (readonly [name: string, tag: string | undefined, seconds: number | undefined, maxAge: number])[] = [
  ['requests of the same key', undefined, undefined, MAX_AGE],
  ['URLs of the same key that live a minute', 'url', 60, WEEK],
  ['URLs of the same key that live an hour', 'url', HOUR, WEEK],
];

export function checkLives(suite: Suite): void {
  checkTwoVerifiers(suite);
  checkWeeks(suite);
  checkEnds(suite);
}

function checkTwoVerifiers(suite: Suite): void {
  const { check, open, noon } = suite;
  for (const traffic of [true, false]) {
    check(`accepts one message once for verifiers of 300 and 3600 s, ${traffic ? 'with' : 'without'} other messages between`, async () => {
      for (const first of [0, 150, 300]) {
        for (const second of LATER) {
          await meetTwice(suite, { first, second, ages: [MAX_AGE, HOUR], traffic });
          await meetTwice(suite, { first, second, ages: [HOUR, MAX_AGE], traffic });
        }
      }
    });
  }

  check('accepts for the longer verifier what was never seen, of a key that had no shorter message', async () => {
    const consume = await open();
    for (let now = noon; now <= noon + HOUR; now += 20) await requireOf(consume, { keyid: 'other', nonce: `n${now}`, now }, 'consumed');
    await requireOf(consume, { nonce: 'late', created: noon, now: noon + HOUR, maxAge: HOUR }, 'consumed');
  });
}

function checkWeeks({ check, open, noon }: Suite): void {
  for (const [name, tag, seconds, maxAge] of NEIGHBOURS) {
    check(`accepts a URL in the last second of its week, after thousands of ${name}`, async () => {
      const consume = await open();
      const url: Message = { tag: 'url', nonce: 'url', created: noon, expires: noon + WEEK, maxAge: WEEK };
      const early: Message = { ...url, nonce: 'early' };
      await requireOf(consume, { ...early, now: noon }, 'consumed');
      // More than a thousand times the life of a request.
      for (let now = noon; now <= noon + WEEK; now += 400) {
        const expires = seconds === undefined ? undefined : now + seconds;
        await requireOf(consume, { tag, nonce: `n${now}`, now, expires, maxAge }, 'consumed');
      }
      await requireOf(consume, { ...early, now: noon + WEEK }, 'replayed');
      await requireOf(consume, { ...url, now: noon + WEEK }, 'consumed');
      await requireOf(consume, { ...url, now: noon + WEEK }, 'replayed');
    });
  }
}

function checkEnds({ check, open, create, request, noon }: Suite): void {
  check('remembers every life until its end, among all the others', async () => {
    const consume = await open();
    const lives = [1, 60, 299, 300, 301, 900, HOUR, HOUR + 1, 6 * HOUR, DAY, DAY + 1, WEEK, WEEK + 1, LONGEST_LIFE - FUTURE_SKEW - 1];
    const messages = lives.map((life) => ({ tag: 'url', nonce: `${life}`, created: noon, expires: noon + life, maxAge: LONGEST_LIFE }));
    for (const message of messages) await requireOf(consume, { ...message, now: noon }, 'consumed');
    for (const end of lives) {
      for (const message of messages.filter(({ expires }) => expires >= noon + end))
        await requireOf(consume, { ...message, now: noon + end }, 'replayed', `${message.nonce} at ${end}`);
    }
  });

  check('refuses lives of more than 31 days with a RangeError that says so, and remembers nothing of them', async () => {
    const store = await create({ warm: false });
    for (const keepUntil of [noon + LONGEST_LIFE + 1, noon + 32 * DAY, noon + 400 * DAY]) {
      const error = await thrownBy(() => store.consume({ ...request({ nonce: 'a', now: noon }), keepUntil }));
      ensure(error instanceof RangeError && error.message.includes('31 days'), `it threw ${String(error)}`);
    }
    const now = noon - 60;
    requireAnswer(await store.consume(request({ nonce: 'b', now })), 'cold', 'the first message after it');
    requireAnswer(await store.consume(request({ nonce: 'a', now: now + FUTURE_SKEW + 2 })), 'consumed', 'after the cold start');
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

async function meetTwice({ open, noon }: Suite, { first, second, ages, traffic }: Meeting): Promise<void> {
  const consume = await open();
  const answers: Consumption[] = [];
  let clock = noon;
  for (const [seconds, maxAge] of [
    [first, ages[0]],
    [first + second, ages[1]],
  ] as const) {
    const message = { nonce: 'a', created: noon, now: noon + seconds, maxAge };
    for (; traffic && clock <= message.now; clock += 100) await consume({ nonce: `n${clock}`, now: clock });
    if (isTimely(message)) answers.push(await consume(message));
  }
  const what = `verifiers of ${ages.join(' and ')} s, met after ${first} s and ${second} s later`;
  requireAnswer(answers[0]!, 'consumed', what);
  ensure(answers[1] !== 'consumed', `${what}: accepted twice`);
}
