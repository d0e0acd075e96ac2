/**
 * Why a signed fetch does not send.
 *
 * @module
 */

import { SignedFetchError, type SignedFetchErrorCode } from '../errors.ts';

/** A reason not to send. */
export type Reason =
  | 'scheme'
  | 'credentials'
  | 'origin'
  | 'mode'
  | 'bodiless'
  | 'kind'
  | 'unreadable'
  | 'request'
  | 'stream'
  | 'size'
  | 'dropped';

/** Each reason, with its code and what to tell. The URL is never told: it may hold a password. */
const REASONS: Readonly<Record<Reason, readonly [SignedFetchErrorCode, string]>> = {
  scheme: ['target_forbidden', 'only http and https requests are signed'],
  credentials: ['target_forbidden', 'the URL has credentials in it: pass them as a field'],
  origin: ['origin_forbidden', 'the URL is of none of the origins'],
  mode: ['mode_forbidden', 'no-cors requests lose their signature'],
  bodiless: ['body_uncoverable', 'GET and HEAD have no body'],
  kind: [
    'body_uncoverable',
    'a body must be text, bytes, a Blob, a FormData, URLSearchParams or a stream of bytes: write an object with JSON.stringify',
  ],
  unreadable: [
    'body_uncoverable',
    'the body cannot be read in this runtime, so that nothing could be signed: pass text or a Uint8Array, with its content-type',
  ],
  request: ['body_uncoverable', 'the Request cannot be read in this runtime: pass its URL, and an init whose body is text or a Uint8Array'],
  stream: ['body_uncoverable', 'this runtime cannot send a stream: pass text or a Uint8Array'],
  size: ['body_too_large', 'the body is larger than maxBodyBytes'],
  dropped: ['header_dropped', 'a covered field is not sent: this runtime drops it, or a redirect leaves it behind'],
};

/** The error for a reason; `target` is the origin or the field it is about. */
export function denied(reason: Reason, target?: string, cause?: unknown): SignedFetchError {
  const [code, text] = REASONS[reason];
  return new SignedFetchError(code, target === undefined ? text : `${text}: ${target}`, { target, cause });
}
