/**
 * One call of a signed fetch, over all its attempts. Each attempt is a value of its own: nothing is written to.
 *
 * @module
 */

import type { Signer } from '../crypto/signer.ts';
import { type Content, isReplayable } from './request/content.ts';
import type { Asked } from './sign.ts';

/** One attempt, ready to be signed and sent. */
export interface Call {
  /** Method, URL, fields and modes. What is sent of content is `content` alone. */
  readonly request: Request;
  readonly origin: string;
  readonly content: Content;
  /** What the caller wants of redirects; the request itself always says `manual`. */
  readonly redirect: Request['redirect'];
  /** As the caller gave it: runtimes have members of their own (`dispatcher`, `cf`, `next`, `proxy`) that no `Request` keeps. */
  readonly init: RequestInit;
  /** The fields the caller gave; a runtime may drop some of them. */
  readonly given: RequestInit['headers'];
  /** Whether the caller gave a `Request`, which may have what `init` has not: then a `Request` is sent. */
  readonly whole: boolean;
  /** The caller's own; nothing is waited for after it. */
  readonly signal: AbortSignal | undefined;
  /** Signature fields the request came with, of others. */
  readonly earlier: readonly (readonly [name: string, value: string | null])[];
  /** What the server asked of signatures in this call. */
  readonly asked: Asked | undefined;
  /** The correction of the clock learnt in this call, in seconds. */
  readonly skew: number | undefined;
  readonly tried: Tried;
}

/** How often each thing was tried, over all attempts of a call. */
export interface Tried {
  readonly hops: number;
  readonly retries: number;
  /** Since the last hop to another origin. */
  readonly asks: number;
  readonly corrections: number;
  /** Waits for a replay store. */
  readonly waits: number;
}

/** What came of an attempt. */
export interface Outcome {
  /** `undefined` when sending failed. */
  readonly response: Response | undefined;
  readonly failure: unknown;
  readonly signer: Signer;
  readonly nonce: string;
  /** The correction of the clock it was signed with. */
  readonly skew: number;
  /** What was asked and covered, of this call or an earlier one. */
  readonly asked: Asked | undefined;
  /** The identifiers covered besides the defaults. */
  readonly components: readonly string[];
}

/** What the next attempt at the same URL has that this one had not. */
export type Change = Partial<Pick<Call, 'asked' | 'skew'>> & { readonly tried: Partial<Tried> };

/** The same request once more, to be signed anew. */
export function resend(call: Call, { tried, ...change }: Change): Call {
  const { request: sent, earlier } = call;
  const request = whileHeld(sent, call.content);
  for (const [name, value] of earlier) {
    if (value === null) request.headers.delete(name);
    else request.headers.set(name, value);
  }
  return { ...call, ...change, request, tried: { ...call.tried, ...tried } };
}

/** The `Request` with its content in it. Given a body, one can be made of another whose own body is used; all else is kept. */
export function whileHeld(request: Request, { body }: Content): Request {
  if (body === undefined) return request;
  // Made of another one, it loses its referrer as soon as it is given anything else.
  const { referrer, referrerPolicy } = request;
  return new Request(request, { referrer, referrerPolicy, body, ...duplexOf({ body }) });
}

/** What a stream needs beside it, which TypeScript's DOM does not know. */
export function duplexOf(content: Content): RequestInit {
  return isReplayable(content) ? {} : ({ duplex: 'half' } as RequestInit);
}

/** What a `Request` can be asked for, and given to another one. `mode` and `referrer` need a look. */
const STANDARD = ['credentials', 'cache', 'integrity', 'keepalive', 'referrerPolicy', 'signal'] as const;

/** What they are when nobody sets them; not even to be named, since some runtimes lack them and throw. */
const UNSET: readonly unknown[] = ['', 'default', 'same-origin', false, null, undefined];

/** The members of an `init` that a `Request` takes; others are of a runtime. */
const OF_REQUEST: ReadonlySet<string> = new Set([
  ...STANDARD,
  ...['method', 'headers', 'body', 'mode', 'redirect', 'referrer', 'window', 'duplex', 'priority'],
]);

/** What only some runtimes know of: no `Request` keeps it, so it is given beside one. */
export function membersOfRuntime(init: RequestInit): RequestInit | undefined {
  const own = Object.entries(init).filter(([name]) => !OF_REQUEST.has(name));
  return own.length > 0 ? Object.fromEntries(own) : undefined;
}

/** The modes of a `Request` as an `init`, for one with another URL: all that the standard has, but method, fields and content. */
export function modesOf(request: Request): RequestInit {
  const { mode, referrer } = request;
  const set = STANDARD.filter((name) => !UNSET.includes(request[name])).map((name) => [name, request[name]]);
  return {
    ...Object.fromEntries(set),
    // Nobody but the browser may navigate.
    ...(mode === 'same-origin' || mode === 'navigate' ? { mode: 'same-origin' } : {}),
    ...(referrer && referrer !== 'about:client' ? { referrer } : {}),
    // The empty text is no referrer.
    ...(referrer === '' ? { referrer: '' } : {}),
  };
}
