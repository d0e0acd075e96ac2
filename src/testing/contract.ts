/**
 * What every replay store must do, whatever it is made of.
 *
 * @module
 */

import { checkBounds } from './bounds.ts';
import { checkLives } from './lives.ts';
import { DAY, FUTURE_SKEW, MAX_AGE, type Message, NOON } from './messages.ts';
import { checkRefusals } from './refusals.ts';
import {
  createSuite,
  ensure,
  type ReplayStoreCheck,
  type ReplayStoreContract,
  requireAnswer,
  requireOf,
  requireRefused,
  type Suite,
} from './suite.ts';
import { checkText } from './text.ts';
import { checkTraffic } from './traffic.ts';

/**
 * The checks that every replay store of this package passes, for a store of your own. Hand each to whatever runs your tests:
 * `for (const { name, run } of replayStoreChecks(contract)) it(name, run);`. They take as long as your store takes for some 100,000 messages.
 */
export function replayStoreChecks(contract: ReplayStoreContract): readonly ReplayStoreCheck[] {
  const checks: ReplayStoreCheck[] = [];
  const suite = createSuite(contract, checks, contract.start ?? NOON);
  checkOnce(suite);
  checkMemory(suite);
  checkCold(suite);
  checkAllOrNone(suite);
  checkRefusals(suite);
  if (contract.restart !== undefined) checkRestart(suite, contract.restart);
  if (contract.serial !== true) checkText(suite);
  if (contract.serial !== true) checkLives(suite);
  if (contract.bounded === true) checkBounds(suite);
  checkTraffic(suite);
  return Object.freeze(checks);
}

function checkOnce({ check, open, nonceOf }: Suite): void {
  check('consumes a nonce exactly once', async () => {
    const consume = await open();
    await requireOf(consume, { nonce: nonceOf(1) }, 'consumed');
    for (let turn = 0; turn < 3; turn++) await requireOf(consume, { nonce: nonceOf(1) }, 'replayed');
    await requireOf(consume, { nonce: nonceOf(2) }, 'consumed');
    await requireOf(consume, { nonce: nonceOf(1) }, 'replayed');
  });

  check('consumes each of 5 nonces once under 500 concurrent uses each', async () => {
    const consume = await open();
    const nonces = Array.from({ length: 5 }, (_, index) => nonceOf(index));
    const answers = await Promise.all(nonces.flatMap((nonce) => Array.from({ length: 500 }, () => consume({ nonce }))));
    const count = (wanted: string) => answers.filter((answer) => answer === wanted).length;
    ensure(count('consumed') === 5, `of 5 nonces ${count('consumed')} messages were accepted`);
    ensure(count('replayed') === 5 * 499, `of ${5 * 499} copies ${count('replayed')} were answered replayed`);
  });

  check('keeps keys and tags apart, and no tag from an empty one', async () => {
    const consume = await open();
    for (const tag of [undefined, '', 'a', 'b']) {
      for (const keyid of ['k', 'l']) await requireOf(consume, { tag, keyid, nonce: nonceOf(7) }, 'consumed', `${keyid} with tag ${tag}`);
    }
    await requireOf(consume, { tag: 'a', keyid: 'l', nonce: nonceOf(7) }, 'replayed');
  });

  check('accepts nothing again because its key was given another tenant', async () => {
    const consume = await open();
    await requireOf(consume, { tenant: '', nonce: nonceOf(7) }, 'consumed');
    for (const tenant of ['', 'a', 'b']) await requireOf(consume, { tenant, nonce: nonceOf(7) }, 'replayed');
  });
}

function checkMemory({ check, open, nonceOf, noon }: Suite): void {
  check('remembers until keepUntil, that second included', async () => {
    const consume = await open();
    const message = { nonce: nonceOf(0), created: noon };
    await requireOf(consume, message, 'consumed');
    const end = noon + MAX_AGE + FUTURE_SKEW + 1;
    for (let now = noon; now <= end; now++) {
      // Other traffic, which is what makes a store clean up.
      await requireOf(consume, { nonce: nonceOf(1 + now - noon), now }, 'consumed');
      await requireOf(consume, { ...message, now }, 'replayed', `after ${now - noon} s`);
    }
  });

  check('remembers a message from the future until it is past', async () => {
    const consume = await open();
    const created = noon + FUTURE_SKEW;
    await requireOf(consume, { nonce: nonceOf(0), created, now: noon }, 'consumed');
    for (const now of [noon + 1, created + MAX_AGE, created + MAX_AGE + FUTURE_SKEW + 1]) {
      await requireOf(consume, { nonce: nonceOf(now - noon), now }, 'consumed');
      await requireOf(consume, { nonce: nonceOf(0), created, now }, 'replayed');
    }
  });

  check('accepts nothing twice when the clock is set back after a day', async () => {
    const consume = await open();
    const accepted: (Message & { readonly created: number })[] = [];
    for (let now = noon; now < noon + DAY; now += 150) {
      const message = { nonce: nonceOf(now - noon), created: now };
      await requireOf(consume, { ...message, now }, 'consumed');
      accepted.push(message);
    }
    for (const message of accepted) await requireRefused(consume, { ...message, now: message.created + 1 });
  });
}

function checkCold({ check, open, nonceOf, noon }: Suite): void {
  check('is cold for what is asked after keepUntil, recorded or not', async () => {
    const consume = await open();
    const keepUntil = noon + MAX_AGE + FUTURE_SKEW + 1;
    const message = { nonce: nonceOf(0), created: noon };
    await requireOf(consume, { ...message, now: keepUntil + 1 }, 'cold');
    await requireOf(consume, { ...message, now: keepUntil }, 'consumed');
    await requireOf(consume, { ...message, now: keepUntil }, 'replayed');
    await requireOf(consume, { ...message, now: keepUntil + 1 }, 'cold');
  });

  check('is cold after keepUntil also where it certainly still remembers, beside messages that live longer', async () => {
    const consume = await open();
    const ended = { nonce: nonceOf(1), created: noon, expires: noon + 10 };
    await requireOf(consume, { ...ended, now: noon }, 'consumed');
    await requireOf(consume, { ...ended, now: noon + 10 + FUTURE_SKEW + 1 }, 'replayed');
    await requireOf(consume, { ...ended, now: noon + 10 + FUTURE_SKEW + 2 }, 'cold');
  });

  check('is cold for what was created until its start, skew and a second included', async () => {
    const consume = await open({ warm: false });
    for (let turn = 0; turn < 2; turn++) await requireOf(consume, { nonce: nonceOf(0) }, 'cold');
    const now = noon + 20;
    for (const age of [MAX_AGE, 20, 20 - FUTURE_SKEW, 20 - FUTURE_SKEW - 1]) {
      for (let turn = 0; turn < 2; turn++)
        await requireOf(consume, { nonce: nonceOf(age), created: now - age, now }, 'cold', `${age} s old, ${20} s after the start`);
    }
    const later = { nonce: nonceOf(1000), created: noon + FUTURE_SKEW + 2, now };
    await requireOf(consume, later, 'consumed');
    await requireOf(consume, later, 'replayed');
  });

  check('goes by the greatest futureSkew of its verifiers', async () => {
    const consume = await open({ warm: false });
    await requireOf(consume, { nonce: nonceOf(0), futureSkew: 60 }, 'cold');
    await requireOf(consume, { nonce: nonceOf(1), created: noon + 50, now: noon + 50, futureSkew: 5 }, 'cold');
    await requireOf(consume, { nonce: nonceOf(2), created: noon + 61, now: noon + 61, futureSkew: 0 }, 'cold');
    await requireOf(consume, { nonce: nonceOf(3), created: noon + 62, now: noon + 62, futureSkew: 0 }, 'consumed');
  });

  check('goes by the futureSkew that verifiers had before the start', async () => {
    const consume = await open({ warm: false, earlierFutureSkew: 60 });
    await requireOf(consume, { nonce: nonceOf(0), futureSkew: 0 }, 'cold');
    const at = (seconds: number) => ({ nonce: nonceOf(seconds), created: noon + seconds, now: noon + seconds, futureSkew: 0 });
    for (const seconds of [2, 61]) await requireOf(consume, at(seconds), 'cold', `${seconds} s after the start`);
    await requireOf(consume, at(62), 'consumed');
  });
}

function checkAllOrNone({ check, create, request, nonceOf, noon }: Suite): void {
  check('consumes several nonces together: all of them, or none', async () => {
    const store = await create();
    const all = async (...messages: readonly Message[]) => {
      ensure(store.consumeAll !== undefined, 'there is no consumeAll');
      return store.consumeAll!(messages.map(request));
    };
    const client = { keyid: 'client', nonce: nonceOf(1) };
    const proxy = { keyid: 'proxy', nonce: nonceOf(2) };
    requireAnswer(await store.consume(request(proxy)), 'consumed', 'the nonce of a proxy');
    // Refused by its second nonce, whatever the order: the first one is still there.
    for (let turn = 0; turn < 2; turn++) requireAnswer(await all(client, proxy), 'replayed', 'a new nonce and a known one');
    requireAnswer(await all(proxy, client), 'replayed', 'a known nonce and a new one');
    const late = { ...proxy, nonce: nonceOf(3), created: noon - MAX_AGE - FUTURE_SKEW - 2, now: noon };
    requireAnswer(await all(client, late), 'cold', 'a new nonce and one that comes too late');
    requireAnswer(await all(client, { ...proxy, nonce: nonceOf(3) }), 'consumed', 'two new nonces');
    for (const message of [client, { ...proxy, nonce: nonceOf(3) }])
      requireAnswer(await store.consume(request(message)), 'replayed', 'one of both, again');
    requireAnswer(await all(), 'consumed', 'none at all');
  });
}

function checkRestart({ check, create, request, nonceOf, noon }: Suite, restart: NonNullable<ReplayStoreContract['restart']>): void {
  check('accepts nothing again after a restart', async () => {
    const store = await create();
    const messages = Array.from({ length: 50 }, (_, index) => ({ nonce: nonceOf(index), created: noon + (index % 5) }));
    for (const message of messages) requireAnswer(await store.consume(request({ ...message, now: noon })), 'consumed', message.nonce);
    const restarted = await restart(store, { warm: false });
    const consume = async (message: Message) => restarted.consume(request(message));
    for (let turn = 0; turn < 2; turn++) for (const message of messages) await requireRefused(consume, { ...message, now: noon + 1 });
    const later = { nonce: nonceOf(100), now: noon + FUTURE_SKEW + 3 };
    await requireOf(consume, later, 'consumed', 'a new message after the cold start');
  });
}
