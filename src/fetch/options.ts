/**
 * What a signed fetch can be told, and what it knows once it was told.
 *
 * @module
 */

import type { Signer } from '../crypto/signer.ts';
import type { SignRequestOptions } from '../http/sign-request.ts';
import { assertInteger, assertObject } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { systemTime } from '../runtime/time.ts';
import type { Call, Outcome } from './call.ts';
import type { ResponseVerifier } from './response-verifier.ts';

/** A function usable as `fetch`. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** When to send a request again that may not have been served. */
export interface RetryOptions {
  /** How many times at most; 2 by default. */
  readonly limit?: number | undefined;
  /** Seconds to wait at most; 30 by default. A server that asks for more gets no retry. */
  readonly maxDelay?: number | undefined;
}

/** How a signed fetch signs, sends and follows. Times are whole seconds since the epoch, durations seconds. */
export interface SignedFetchOptions extends Omit<SignRequestOptions, 'signer' | 'nonce' | 'created'> {
  /** What signs, or a function that gives it, asked before every signature: keys may load late and rotate. */
  readonly signer: Signer | (() => Awaitable<Signer>);
  /** The only origins to send to, each like `https://bank.example`. Redirects may lead from one to another. Default: any, but no redirect leaves its origin. */
  readonly origins?: readonly string[] | undefined;
  /** Bytes of content at most: it is held in memory to be digested. 10 MiB by default. */
  readonly maxBodyBytes?: number | undefined;
  /** Redirects to follow; 10 by default. */
  readonly maxRedirects?: number | undefined;
  /** Whether to learn from a refusal how wrong the local clock is, and try once more; true by default. */
  readonly correctClock?: boolean | undefined;
  /** Covers what a 401 asks for in addition (Accept-Signature), and tries once more: `createNegotiator()`. Default: the 401 stands. */
  readonly negotiate?: Negotiator | undefined;
  /** Retries after network errors, 429 and 503, of idempotent methods or with an Idempotency-Key; none by default. */
  readonly retry?: RetryOptions | undefined;
  /** Verifies each response, up to its last byte, before it is handed over: `createResponseVerifier({ resolveKey })`. */
  readonly verifyResponse?: ResponseVerifier | undefined;
  /** What sends, called as `fetch` is. Redirects must be left to us (`redirect: 'manual'`). Default: `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
  /** What waits. Default: a timer. */
  readonly sleep?: ((seconds: number, signal: AbortSignal | undefined) => PromiseLike<void>) | undefined;
}

/** For the signature of one attempt. */
export type Extra = Partial<SignRequestOptions>;

/** Answers what servers ask for: made by `createNegotiator`. */
export interface Negotiator {
  /** How to sign the next attempt; `undefined` when the answer stands. */
  negotiate(call: Call, outcome: Outcome, settings: Settings): Extra | undefined;
}

/** What was learnt about one origin. */
export interface Learnt {
  /** Seconds to add to the local clock. */
  readonly skew?: number | undefined;
  /** What the origin wants of signatures besides what they are anyway. */
  readonly adapt?: ((request: Request) => Partial<SignRequestOptions>) | undefined;
}

/** Options, checked, with defaults. */
export interface Settings extends SignedFetchOptions {
  readonly now: () => number;
  readonly maxBodyBytes: number;
  readonly maxRedirects: number;
  readonly allowed: ReadonlySet<string> | undefined;
  /** Whether content is left unsigned, because the caller insists. */
  readonly uncovered: boolean | undefined;
  readonly learnt: Map<string, Learnt>;
}

/** Checks options. @throws {TypeError | RangeError} */
export function compileSettings(options: SignedFetchOptions): Settings {
  assertObject(options, 'options');
  const { signer, origins, now = systemTime, maxBodyBytes = 10 * 2 ** 20, maxRedirects = 10 } = options;
  if (typeof signer !== 'function' && typeof signer?.sign !== 'function') throw new TypeError('signer must be a signer, or a function');
  assertInteger(maxBodyBytes, 'maxBodyBytes');
  assertInteger(maxRedirects, 'maxRedirects', 0, 20);
  return {
    ...options,
    now,
    maxBodyBytes,
    maxRedirects,
    allowed: origins && new Set(origins.map(toOrigin)),
    uncovered: options.insecurelyAllowUncovered?.includes('content-digest'),
    learnt: new Map(),
  };
}

function toOrigin(text: string): string {
  if (!/^https?:\/\/[^/?#@]+\/?$/.test(text)) throw new TypeError('origins must be like https://bank.example');
  return new URL(text).origin;
}
