/**
 * Keys from JWK (RFC 7517), for every algorithm that has key pairs.
 *
 * @module
 */

import { assertObject } from '../../internal/assert.ts';
import type { PrivateParts, PublicParts } from '../key.ts';
import type { ImportKeyOptions } from './import-options.ts';
import { algorithmOfJwk, type Jwk, memberBytes } from './jwk.ts';
import { importWebPrivate, importWebPublic } from './web-key.ts';

/** See `importPublicKeyJwk`. */
export async function readPublicJwk(jwk: Jwk, { algorithm }: ImportKeyOptions = {}): Promise<PublicParts> {
  assertObject(jwk, 'jwk');
  if (Object.hasOwn(jwk, 'd')) throw new TypeError('jwk is a private key where a public one is expected');
  const chosen = algorithmOfJwk(jwk, 'verify', algorithm);
  return chosen === 'ed25519' ? { point: memberBytes(jwk, 'x', 32) } : importWebPublic(chosen, jwk);
}

/** See `importPrivateKeyJwk`. */
export async function readPrivateJwk(jwk: Jwk, { algorithm }: ImportKeyOptions = {}): Promise<PrivateParts> {
  assertObject(jwk, 'jwk');
  if (!Object.hasOwn(jwk, 'd')) throw new TypeError('jwk is a public key where a private one is expected');
  const chosen = algorithmOfJwk(jwk, 'sign', algorithm);
  return chosen === 'ed25519' ? { seed: memberBytes(jwk, 'd', 32), point: memberBytes(jwk, 'x', 32) } : importWebPrivate(chosen, jwk);
}
