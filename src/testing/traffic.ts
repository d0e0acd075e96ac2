/**
 * The part of the contract with random traffic, held against a model that remembers every message for ever.
 *
 * @module
 */

import type { ReplayStore } from '../replay/store.ts';
import { DAY, isTimely, type Message } from './messages.ts';
import { ensure, type Suite } from './suite.ts';

/** A verifier: what it asks, and by how many seconds its clock is wrong. */
interface Verifier {
  readonly maxAge: number;
  readonly futureSkew: number;
  readonly clock: number;
}

/** A message, and when it was made: random traffic always says so. */
type Sent = Message & { readonly created: number };

const TENANTS = ['', 'a', 'b'];
const KEYIDS = ['k', 'l', 'm'];
const AGES = [60, 300, 301, 900, 3600, DAY, 7 * DAY];
const SKEWS = [0, 5, 60];
const LONGEST_SKEW = 3600;
const LONGEST_AGE = 31 * DAY - LONGEST_SKEW - 1;
const STEPS = 120;

/** Random numbers that can be repeated: xorshift of 32 bits. */
class Random {
  #state: number;

  constructor(seed: number) {
    // Never zero, and not alike for seeds that are.
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1;
    for (let turn = 0; turn < 8; turn++) this.between(0, 1);
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return least + Math.floor(((this.#state >>> 0) / 2 ** 32) * (most - least + 1));
  }

  of<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }

  /** Whether something happens that happens so many times in a hundred. */
  happens(percent: number): boolean {
    return this.between(1, 100) <= percent;
  }
}

const verifierOf = (random: Random, clock: number): Verifier => ({
  maxAge: random.happens(60) ? random.of(AGES) : random.between(1, LONGEST_AGE),
  futureSkew: random.happens(70) ? random.of(SKEWS) : random.between(0, LONGEST_SKEW),
  clock,
});

/** Seconds that pass between two messages. */
function forward(random: Random): number {
  if (random.happens(60)) return random.between(0, 20);
  return random.happens(75) ? random.between(0, 700) : random.between(0, 2 * DAY);
}

/** The same where clocks are set back too. */
function anyway(random: Random): number {
  if (random.happens(55)) return random.between(0, 60);
  if (random.happens(45)) return random.between(0, 5000);
  return random.happens(70) ? random.between(-5000, -1) : random.between(-10 * DAY, 10 * DAY);
}

function newMessage(random: Random, nonce: string, now: number): Sent {
  const created = now - (random.happens(70) ? random.between(-60, 60) : random.between(0, 8 * DAY));
  // Without an end a message lives as long as each verifier thinks.
  const life = random.happens(40) ? 0 : random.happens(70) ? random.between(1, 1000) : random.between(1, 8 * DAY);
  return { keyid: random.of(KEYIDS), nonce, created, expires: life === 0 ? undefined : created + life };
}

/** One run: what it plays by, and what it requires. */
interface Run {
  readonly random: Random;
  readonly verifiers: readonly Verifier[];
  readonly pass: (random: Random) => number;
  readonly restarts: boolean;
  /** Whether also nothing honest may be refused. */
  readonly exact: boolean;
  readonly what: string;
}

async function play(suite: Suite, run: Run): Promise<void> {
  const { random, exact, what } = run;
  let store = await suite.create();
  const sent: Sent[] = [];
  const accepted = new Set<string>();
  let now = suite.noon;
  let latest = now;
  for (let step = 0; step < STEPS; step++) {
    now += run.pass(random);
    if (run.restarts && random.happens(5)) {
      // A restart takes place after all that came before it, by the first clock that is read; later ones may be wrong again.
      now = Math.max(now, latest);
      store = await restarted(suite, store, now);
      continue;
    }
    const { clock, ...policy } = random.of(run.verifiers);
    const again = random.happens(50) && sent.length > 0;
    const message = again ? random.of(sent) : newMessage(random, suite.nonceOf(sent.length), now + clock);
    const current = { ...message, ...policy, tenant: random.of(TENANTS), now: now + clock };
    if (!isTimely(current)) continue;
    latest = Math.max(latest, current.now);
    const answer = await store.consume(suite.request(current));
    const known = accepted.has(message.nonce);
    ensure(!known || answer !== 'consumed', `${what}, step ${step}: ${message.nonce} was accepted a second time`);
    ensure(!exact || answer === (known ? 'replayed' : 'consumed'), `${what}, step ${step}: ${message.nonce} was answered ${answer}`);
    if (answer === 'consumed') accepted.add(message.nonce);
    if (!again) sent.push(message);
  }
}

async function restarted(suite: Suite, store: ReplayStore, now: number): Promise<ReplayStore> {
  const next = await suite.contract.restart!(store, { warm: false, earlierFutureSkew: LONGEST_SKEW });
  await next.consume(suite.request({ nonce: suite.nonceOf(0), keyid: 'first', now }));
  return next;
}

export function checkTraffic(suite: Suite): void {
  const { check, contract } = suite;
  const { runs = 100, seed = 1 } = contract;

  check('answers as a model that remembers everything, for messages of any life under one policy (random traffic)', async () => {
    for (let turn = 0; turn < runs; turn++) {
      const random = new Random(seed + turn);
      const verifiers = [verifierOf(random, 0)];
      await play(suite, { random, verifiers, pass: forward, restarts: false, exact: true, what: `seed ${seed + turn}` });
    }
  });

  check('accepts nothing twice, however clocks, ages, skews and tenants mix, over restarts (random traffic)', async () => {
    for (let turn = 0; turn < runs; turn++) {
      const random = new Random(seed + turn);
      const clock = () => (random.happens(50) ? 0 : random.between(-5000, 5000));
      const verifiers = [1, 2, 3].map(() => verifierOf(random, clock()));
      const restarts = contract.restart !== undefined;
      await play(suite, { random, verifiers, pass: anyway, restarts, exact: false, what: `seed ${seed + turn}` });
    }
  });
}
