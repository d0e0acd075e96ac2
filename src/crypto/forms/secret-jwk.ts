/**
 * Secrets as JWK.
 *
 * @see RFC 7518, section 6.4
 * @module
 */

import { assertNoPromise, assertObject } from '../../internal/assert.ts';
import { algorithms } from '../algorithm.ts';
import { type Jwk, memberBytes, ownMember } from '../jwk.ts';

/**
 * The bytes of a secret as JWK: of `kty` `oct`, its `alg`, if any, HS256. Pass them to `hmacKey` or `hmacSigner`.
 *
 * @throws {TypeError} If it is no such JWK. The message never shows it.
 */
export function secretFromJwk(jwk: Jwk): Uint8Array<ArrayBuffer> {
  assertNoPromise(jwk, 'jwk');
  if (typeof jwk === 'string') throw new TypeError('jwk must be an object: JSON.parse the text first');
  assertObject(jwk, 'jwk');
  const { kty, jose } = algorithms['hmac-sha256'];
  const alg = ownMember(jwk, 'alg');
  if (ownMember(jwk, 'kty') !== kty || (alg !== undefined && !jose.some((name) => name === alg)))
    throw new TypeError(`jwk must be of kty ${kty} and for ${jose.join(' or ')}`);
  return memberBytes(jwk, 'k');
}
