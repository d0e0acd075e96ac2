/**
 * Why a signed fetch does not send.
 *
 * @module
 */

import { SignedFetchError, type SignedFetchErrorCode } from '../errors.ts';
import type { Call } from './call.ts';
import type { Settings } from './options.ts';

/** A reason not to send; `fixpoint` is the caller's mistake. */
export type Reason = 'scheme' | 'credentials' | 'origin' | 'mode' | 'bodiless' | 'stream' | 'size' | 'dropped' | 'fixpoint';

/** Each reason, with its code and what to tell. The URL is never told: it may hold a password. */
const REASONS: Readonly<Record<Exclude<Reason, 'fixpoint'>, readonly [SignedFetchErrorCode, string]>> = {
  scheme: ['target_forbidden', 'only http and https requests are signed'],
  credentials: ['target_forbidden', 'the URL has credentials in it'],
  origin: ['origin_forbidden', 'the URL is of none of the origins'],
  mode: ['mode_forbidden', 'no-cors requests lose their signature'],
  bodiless: ['body_uncoverable', 'GET and HEAD have no body'],
  stream: ['body_uncoverable', 'this runtime cannot send a stream'],
  size: ['body_too_large', 'the body is larger than maxBodyBytes'],
  dropped: ['header_dropped', 'this runtime does not send a covered field'],
};

/** The error for a reason; `target` is the origin or the field it is about. */
export function denied(reason: Reason, target?: string, cause?: unknown): Error {
  // A Request cannot get another URL and keep the rest: the caller must encode it.
  if (reason === 'fixpoint') return new TypeError("the Request's URL holds characters that must be percent-encoded");
  const [code, text] = REASONS[reason];
  return new SignedFetchError(code, target === undefined ? text : `${text}: ${target}`, { target, cause });
}

// Fields that got lost: browsers drop some (Date, Host, Cookie, …) without a word, so that no signature over them can
// be made.

/** What to throw when signing threw `problem`: something clearer if the caller gave a covered field and the `Request` has it not. */
export function explainUnsigned(problem: unknown, { request, init }: Call, { components = [] }: Settings): unknown {
  const given = new Headers(init.headers);
  const names = components
    .map((one) => (typeof one === 'string' ? one : one.name))
    .map((text) => /^"?([^"@;][^";]*)/.exec(text)?.[1]?.toLowerCase());
  const lost = names.find((name) => name && given.has(name) && !request.headers.has(name));
  return lost ? denied('dropped', lost, problem) : problem;
}
