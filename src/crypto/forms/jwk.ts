/**
 * Which key a JWK is, for every algorithm that has key pairs.
 *
 * @see RFC 7517, section 4; RFC 7518, section 3.1
 * @module
 */

import { assertNoPromise, assertObject } from '../../internal/assert.ts';
import { type Algorithm, algorithms } from '../algorithm.ts';
import type { Jwk } from '../jwk.ts';

/** A key as every form is read: the members of its JWK, and the algorithm it is bound to. */
export interface ReadKey {
  readonly algorithm: Algorithm;
  readonly jwk: Jwk;
}

/** The members that tell a private key. */
const privateNames = (): readonly (keyof Jwk)[] => Object.values(algorithms).flatMap((entry) => entry.privateMembers);

const isPrivate = (jwk: Jwk): boolean => privateNames().some((name) => jwk[name] !== undefined);

/** The JWK's own members, each read once: what is checked is what is used. */
function snapshot(jwk: unknown): Jwk {
  assertNoPromise(jwk, 'jwk');
  if (typeof jwk === 'string') throw new TypeError('jwk must be an object: JSON.parse the text first');
  assertObject(jwk, 'jwk');
  const own = Object.assign(Object.create(null), jwk) as Jwk & { readonly keys?: unknown };
  if (Array.isArray(jwk) || (own.kty === undefined && own.keys !== undefined))
    throw new TypeError('jwk must be one key: take it out of the set first');
  if (own.kty === 'oct') throw new TypeError('jwk is a secret, not a key pair: see secretFromJwk');
  return own;
}

/** Reads a public key. `asked`: the algorithm that the caller says it is for. */
export function readPublicJwk(given: Jwk, asked: Algorithm | undefined): ReadKey {
  const jwk = snapshot(given);
  if (isPrivate(jwk)) throw new TypeError('jwk is a private key where a public one is expected');
  return { algorithm: algorithmOf(jwk, 'verify', asked), jwk };
}

/** Reads a private key, whose public members must be there. */
export function readPrivateJwk(given: Jwk, asked: Algorithm | undefined): ReadKey {
  const jwk = snapshot(given);
  if (jwk.d === undefined) throw new TypeError('jwk is a public key where a private one is expected');
  const algorithm = algorithmOf(jwk, 'sign', asked);
  for (const name of algorithms[algorithm].publicMembers) {
    if (jwk[name] === undefined) throw new TypeError(`jwk.${name} must be there: a private JWK holds its public key too`);
  }
  return { algorithm, jwk };
}

/**
 * The one algorithm a JWK is for: `asked`, else what its `alg` or its curve says.
 *
 * @throws {TypeError} If `asked`, `alg`, `kty`, `crv`, `use` and `key_ops` do not all agree, or an RSA key leaves it open.
 */
function algorithmOf(jwk: Jwk, operation: 'sign' | 'verify', asked: Algorithm | undefined): Algorithm {
  requireAllowed(jwk, operation);
  const { kty, crv, alg } = jwk;
  const fitting = (Object.keys(algorithms) as Algorithm[]).filter((name) => {
    const entry = algorithms[name];
    const isOfCurve = entry.crv === undefined || entry.crv === crv;
    return (asked === undefined || asked === name) && entry.kty === kty && isOfCurve && (alg === undefined || entry.jose.includes(alg));
  });
  if (fitting.length === 1) return fitting[0]!;
  throw new TypeError(
    fitting.length === 0 ? `jwk is no key for ${asked ?? 'a supported algorithm'}` : `options.algorithm must be ${fitting.join(' or ')}`,
  );
}

/** Requires that `use` and `key_ops`, where they are, allow what is asked (RFC 7517, sections 4.2 and 4.3). */
function requireAllowed({ use, key_ops: operations }: Jwk, operation: 'sign' | 'verify'): void {
  if (use !== undefined && use !== 'sig') throw new TypeError(`jwk.use does not allow to ${operation}`);
  if (operations === undefined) return;
  // Of a text, `includes` would ask something else.
  if (!Array.isArray(operations) || operations.some((each) => typeof each !== 'string'))
    throw new TypeError('jwk.key_ops must be a list of strings');
  if (!operations.includes(operation)) throw new TypeError(`jwk.key_ops does not allow to ${operation}`);
}
