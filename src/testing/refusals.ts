/**
 * The part of the contract about what no store can hold: it refuses by itself, and keeps nothing of it.
 *
 * @module
 */

import { type ConsumeRequest, LONGEST_LIFE } from '../replay/store.ts';
import { FUTURE_SKEW, NOON } from './messages.ts';
import { ensure, requireAnswer, type Suite, thrownBy } from './suite.ts';

type Wrong = Readonly<Partial<Record<keyof ConsumeRequest, unknown>>>;

const MILLISECONDS = NOON * 1000;

const SURROGATES = ['\ud800', 'a\udc00', '\udc00\ud800', '\ud83d', '😀\ude00'];

const TIMES = ['created', 'expires', 'keepUntil', 'now', 'futureSkew'] as const;

const BAD_NUMBERS = [Number.NaN, Infinity, -Infinity, -1, 0.5, NOON + 0.5, MILLISECONDS, 2 ** 53];

const BAD_TIMES: readonly unknown[] = /* @__PURE__ */ (() => [...BAD_NUMBERS, String(NOON), { valueOf: () => NOON }, BigInt(NOON), null])();

/** What no store can hold, and the member that the error names. */
const REFUSED: readonly (readonly [what: string, wrong: Wrong, names: string])[] = [
  ['an empty nonce', { nonce: '' }, 'nonce'],
  ['a nonce of 129 characters', { nonce: '1'.repeat(129) }, 'nonce'],
  ['a nonce of 130 bytes', { nonce: 'é'.repeat(65) }, 'nonce'],
  ['a nonce of a megabyte', { nonce: '1'.repeat(2 ** 20) }, 'nonce'],
  ...SURROGATES.map((nonce) => ['a nonce with a lone surrogate', { nonce }, 'nonce'] as const),
  ...[undefined, null, 7, {}, new Uint8Array(16)].map((nonce) => ['a nonce that is no text', { nonce }, 'nonce'] as const),
  ['an empty scope', { scope: '' }, 'scope'],
  ['a scope of a megabyte', { scope: 'k'.repeat(2 ** 20) }, 'scope'],
  ['a scope with a lone surrogate', { scope: '1:\ud800-' }, 'scope'],
  ['no scope', { scope: undefined }, 'scope'],
  ['no tenant', { tenant: undefined }, 'tenant'],
  ...TIMES.flatMap((name) => BAD_TIMES.map((time) => [`${name}: ${typeof time} ${String(time)}`, { [name]: time }, name] as const)),
  ['a futureSkew in milliseconds', { futureSkew: 5000 }, 'futureSkew'],
];

export function checkRefusals({ check, create, request, nonceOf, noon }: Suite): void {
  for (const [what, wrong, name] of REFUSED) {
    check(`refuses by itself: ${what}`, async () => {
      const store = await create({ warm: false });
      // An hour ahead: would anything of it stay, the epoch would lie there.
      const good = request({ nonce: nonceOf(1), now: noon + 3600 });
      requireCallerError(await thrownBy(() => store.consume({ ...good, ...wrong } as ConsumeRequest)), name);
      requireAnswer(await store.consume(request({ nonce: nonceOf(0) })), 'cold', 'the first message after it');
      const now = noon + FUTURE_SKEW + 2;
      requireAnswer(await store.consume(request({ nonce: nonceOf(1), now })), 'consumed', 'a message after the cold start');
    });
  }

  check('refuses two nonces of one scope together, and what no store can hold, and remembers nothing of them', async () => {
    const store = await create();
    const first = request({ nonce: nonceOf(1) });
    const others = [request({ nonce: nonceOf(2) }), first, { ...request({ keyid: 'other', nonce: nonceOf(1) }), now: Number.NaN }];
    for (const other of others) requireCallerError(await thrownBy(() => store.consumeAll!([first, other])));
    requireCallerError(await thrownBy(() => store.consumeAll!(first as never)));
    requireAnswer(await store.consume(first), 'consumed', 'the first of them alone');
  });

  check('takes on a life of 31 days', async () => {
    const store = await create();
    const longest = { ...request({ nonce: nonceOf(1) }), keepUntil: noon + LONGEST_LIFE };
    requireAnswer(await store.consume(longest), 'consumed', 'a message that lives 31 days');
    requireAnswer(await store.consume({ ...longest, now: noon + LONGEST_LIFE }), 'replayed', 'the same in its last second');
  });
}

/** Requires a TypeError or RangeError that names what was wrong. */
function requireCallerError(error: unknown, name = ''): void {
  ensure(error instanceof TypeError || error instanceof RangeError, `it threw ${String(error)}, which is no TypeError or RangeError`);
  ensure((error as Error).message.includes(name), `its error does not name ${name}: ${(error as Error).message}`);
}
