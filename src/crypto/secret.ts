/**
 * The secrets of HMAC: how they become bytes, and what is refused as one.
 *
 * A text is its UTF-8 bytes, exactly as the HMAC functions of other languages take it. It is never guessed to be hex
 * or base64: where it is, say so with `secretFromHex` or `secretFromBase64url`.
 *
 * @see RFC 2104, section 3 (length); CVE-2015-9235 and its heirs (a public key taken for a secret)
 * @module
 */

import { decodeBase64, encodeBase64url } from '../internal/base64.ts';
import { isBytes } from '../internal/bytes.ts';
import { encodeHex } from '../internal/hex.ts';
import { encodeUtf8, isWellFormed } from '../internal/utf8.ts';
import { fromBase64url, fromHex } from '../internal/written-bytes.ts';
import { type Jwk, memberBytes } from './jwk.ts';
import { drawBytes, type RandomBytes, systemRandomBytes } from './random.ts';

/** Both are refused unless named at the call. */
export interface SecretOptions {
  /** Takes secrets of 16 to 31 bytes, which others have issued. Under 16 there is no way. */
  readonly insecurelyAllowShortSecret?: boolean | undefined;
  /**
   * Takes a secret in a page. Whoever opens the page can read it and sign as you: use Ed25519 keys there, or a
   * non-extractable `CryptoKey`. Right for tests, and for pages whose user owns the secret.
   */
  readonly insecurelyAllowInBrowser?: boolean | undefined;
}

const MIN_BYTES = 32;

const MIN_SHORT_BYTES = 16;

/** The beginnings of SubjectPublicKeyInfo, PKCS #8, PKCS #1 and SEC 1, as hex. */
const KEY_START = /^30(?:[0-7].|81..|82....)(?:30..06|020100(?:30|02)|028|02010104)/;

function isDerKey(bytes: Uint8Array): boolean {
  if (!KEY_START.test(encodeHex(bytes.subarray(0, 12)))) return false;
  const first = bytes[1]!;
  const length = first < 0x80 ? 2 + first : first === 0x81 ? 3 + bytes[2]! : 4 + bytes[2]! * 256 + bytes[3]!;
  return length === bytes.length;
}

/** Whether this is a key of another kind: PEM, JWK, or DER, bare or in Base64. An attacker would know a public one. */
function isAsymmetricKey(bytes: Uint8Array): boolean {
  if (isDerKey(bytes)) return true;
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  if (text.includes('-----BEGIN ') || (/^\s*\{/.test(text) && text.includes('"kty"'))) return true;
  const der = decodeBase64(text.replace(/\s+/g, ''));
  return der !== undefined && isDerKey(der);
}

/**
 * The bytes of a secret, its own copy.
 *
 * @throws {TypeError | RangeError} naming `secret`, never showing it
 */
export function secretBytes(secret: string | Uint8Array, options: SecretOptions): Uint8Array {
  if (typeof secret === 'string' ? !isWellFormed(secret) : !isBytes(secret)) {
    throw new TypeError('secret must be well-formed text, a Uint8Array or a CryptoKey');
  }
  const bytes = typeof secret === 'string' ? encodeUtf8(secret) : new Uint8Array(secret);
  const min = options.insecurelyAllowShortSecret === true ? MIN_SHORT_BYTES : MIN_BYTES;
  if (bytes.length < min)
    throw new RangeError(`secret must be at least ${min} bytes${min === MIN_BYTES ? ' (16 with insecurelyAllowShortSecret)' : ''}`);
  if (isAsymmetricKey(bytes)) throw new TypeError('secret is a key for another algorithm (PEM, DER or JWK), not a secret');
  if ('document' in globalThis && options.insecurelyAllowInBrowser !== true) {
    throw new TypeError('secret: whoever opens a page can read it; use an Ed25519 key, or insecurelyAllowInBrowser');
  }
  return bytes;
}

/** A secret written in base64url without padding. Anything else is a TypeError. */
export function secretFromBase64url(text: string): Uint8Array {
  return fromBase64url(text, 'secret');
}

/** A secret written in hexadecimal, of either case. Anything else is a TypeError. */
export function secretFromHex(text: string): Uint8Array {
  return fromHex(text, 'secret');
}

/** The secret of a JWK of `kty` `oct` (RFC 7518, section 6.4), whose `alg`, if any, must be HS256. */
export function secretFromJwk(jwk: Jwk): Uint8Array {
  const { kty, alg }: Jwk = Object.assign(Object.create(null), jwk);
  if (kty !== 'oct' || (alg !== undefined && alg !== 'HS256')) throw new TypeError('jwk must be of kty oct and for HS256');
  return memberBytes(jwk, 'k');
}

/** A secret as base64url without padding; `secretFromBase64url` reads it. */
export function exportSecretBase64url(secret: Uint8Array): string {
  return encodeBase64url(secret);
}

/** A secret as lower-case hexadecimal; `secretFromHex` reads it. */
export function exportSecretHex(secret: Uint8Array): string {
  return encodeHex(secret);
}

/** A new secret: 32 random bytes. */
export function generateSecret({ randomBytes = systemRandomBytes }: { readonly randomBytes?: RandomBytes | undefined } = {}): Uint8Array {
  return new Uint8Array(drawBytes(randomBytes, MIN_BYTES));
}
