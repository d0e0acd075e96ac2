/**
 * Scopes and nonces as the columns of an index hold them.
 *
 * @module
 */

import { digest } from '../crypto/digest.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { andThen } from '../internal/awaitable.ts';
import { toBase64url } from '../internal/base64.ts';
import { encodeUtf8 } from '../internal/utf8.ts';

/** Longer ones do not fit into an index of PostgreSQL, which takes 2,704 bytes for all columns. */
const LONGEST = 512;

/**
 * The scope; of a long one, a hash. A scope begins with a digit, so that the two are told apart.
 */
export function scopeName(scope: string): Awaitable<string> {
  const name = withoutNul(scope);
  if (name.length <= LONGEST) return name;
  return andThen(digest('sha-256', encodeUtf8(name)), (hash) => `#${toBase64url(hash)}`);
}

/** The nonce. */
export function nonceName(nonce: string): string {
  return withoutNul(nonce);
}

/** PostgreSQL has no NUL in texts. */
function withoutNul(text: string): string {
  return text.replace(/[\\\0]/g, (character) => (character === '\\' ? '\\\\' : '\\0'));
}
