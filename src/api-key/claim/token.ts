/**
 * Tokens that stand for something once: 32 random bytes, of which the database has only a hash.
 *
 * @module
 */

import { IV_BYTES, prepareAesGcm } from '../../crypto/aes-gcm.ts';
import { digest } from '../../crypto/digest.ts';
import { drawBytes, type RandomBytes } from '../../crypto/random.ts';
import { fromBase64url, toBase64url } from '../../internal/base64.ts';
import { concatBytes, equalBytes } from '../../internal/bytes.ts';
import { decodeUtf8, encodeUtf8 } from '../../internal/utf8.ts';
import { lengthPrefixed } from '../sealing/key-context.ts';

/** What a token is for: its hash for one purpose is none for another. */
export type Purpose = 'claim' | 'enrol' | 'claimer';

const TOKEN = /^[\w-]{43}$/;

/** A new token. */
export function newToken(randomBytes: RandomBytes): string {
  return toBase64url(drawBytes(randomBytes, 32));
}

/** Whether a text may be a token: what else somebody sends is not looked up. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** What the database has of a token. */
export async function hashToken(token: string, purpose: Purpose): Promise<string> {
  return toBase64url(await digest('sha-256', lengthPrefixed(purpose, token)));
}

/** Whether a token has a hash, in constant time. */
export async function hasHash(token: string, purpose: Purpose, hash: string | undefined): Promise<boolean> {
  return equalBytes(encodeUtf8(await hashToken(token, purpose)), encodeUtf8(hash ?? ''));
}

/** The key that a token is: apart from its hash, so that the database opens nothing. */
async function keyOf(token: string) {
  return prepareAesGcm(await digest('sha-256', lengthPrefixed('seal', token)), 'token');
}

/** A text sealed under a token, and bound to what it belongs to. */
export async function sealUnder(token: string, text: string, context: string, randomBytes: RandomBytes): Promise<string> {
  const iv = new Uint8Array(drawBytes(randomBytes, IV_BYTES));
  return toBase64url(concatBytes(iv, await (await keyOf(token)).seal(iv, encodeUtf8(text), encodeUtf8(context))));
}

/** The text again; `undefined` if anything was changed. */
export async function openUnder(token: string, sealed: string, context: string): Promise<string | undefined> {
  const bytes = fromBase64url(sealed);
  if (bytes === undefined || bytes.length < IV_BYTES) return undefined;
  const opened = await (await keyOf(token)).open(bytes.slice(0, IV_BYTES), bytes.slice(IV_BYTES), encodeUtf8(context));
  return opened && decodeUtf8(opened);
}
