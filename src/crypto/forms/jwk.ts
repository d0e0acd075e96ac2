/**
 * Keys from JWK (RFC 7517), for every algorithm that has key pairs.
 *
 * @module
 */

import { assertObject } from '../../internal/assert.ts';
import { type Algorithm, algorithms } from '../algorithm.ts';
import { type Jwk, memberBytes } from '../jwk.ts';
import type { PrivateParts, PublicParts } from '../key.ts';
import { importWebPrivate, importWebPublic } from '../web-crypto.ts';
import type { ImportKeyOptions } from './import-options.ts';

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

// Which line of the algorithm table a JWK belongs to.
//
// @see RFC 7517, section 4; RFC 7518, section 3.1

/**
 * The one algorithm a JWK is for: `asked`, else what its `alg` or its curve says.
 *
 * @throws {TypeError} if `asked`, `alg`, `kty`, `crv`, `use` and `key_ops` do not all agree, or an RSA key leaves it open
 */
export function algorithmOfJwk(jwk: Jwk, operation: 'sign' | 'verify', asked?: Algorithm): Algorithm {
  const { kty, crv, alg, use, key_ops: operations }: Jwk = Object.assign(Object.create(null), jwk);
  if (kty === 'oct') throw new TypeError('jwk is a secret, not a key pair: see secretFromJwk');
  if ((use !== undefined && use !== 'sig') || (operations !== undefined && !operations.includes(operation))) {
    throw new TypeError(`jwk.${use === undefined || use === 'sig' ? 'key_ops' : 'use'} does not allow to ${operation}`);
  }
  const fitting = (Object.keys(algorithms) as Algorithm[]).filter((name) => {
    const entry = algorithms[name];
    const agrees = asked === undefined || asked === name;
    return (
      agrees && entry.kty === kty && entry.crv === (kty === 'RSA' ? undefined : crv) && (alg === undefined || entry.jose.includes(alg))
    );
  });
  if (fitting.length === 1) return fitting[0]!;
  throw new TypeError(
    fitting.length === 0 ? `jwk is no key for ${asked ?? 'a supported algorithm'}` : `options.algorithm must be ${fitting.join(' or ')}`,
  );
}
