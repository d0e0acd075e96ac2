/**
 * The members of a key as its algorithm wants them: which there are, how long, and, for RSA, which numbers.
 *
 * Not every runtime looks at all of this. What is refused must not depend on the runtime, so it is refused here, before any of
 * them sees the key.
 *
 * @see RFC 7518, section 6; RFC 8017, section 3; RFC 8037, section 2
 * @module
 */

import { toHex } from '../internal/hex.ts';
import type { AlgorithmEntry } from './algorithm.ts';
import { type Jwk, memberBytes, ownMember, pickMembers } from './jwk.ts';

/**
 * The public members, checked, in the order in which a thumbprint hashes them.
 *
 * @throws {TypeError | RangeError} if one is missing, or is nothing that such a key may have
 */
export function publicMembers(entry: AlgorithmEntry, jwk: Jwk): Jwk {
  const members = pickMembers(jwk, entry.publicMembers);
  if (entry.kty === 'RSA') requireRsaNumbers(members);
  else requireFields(entry, members, ['x', 'y']);
  return members;
}

/**
 * All members of a private key, checked: for RSA also that they are those of one key.
 *
 * @throws {TypeError | RangeError} if one is missing, or is nothing that such a key may have
 */
export function privateMembers(entry: AlgorithmEntry, jwk: Jwk): Jwk {
  const members = { ...publicMembers(entry, jwk), ...pickMembers(jwk, entry.privateMembers) };
  if (entry.kty === 'RSA') requireOneRsaKey(members);
  else requireFields(entry, members, ['d']);
  return members;
}

function requireFields({ fieldBytes }: AlgorithmEntry, members: Jwk, names: readonly (keyof Jwk)[]): void {
  for (const name of names) if (ownMember(members, name) !== undefined) memberBytes(members, name, fieldBytes);
}

// RSA.

/** Fewer bits have been factored, or soon will be. */
export const MIN_MODULUS_BITS = 2048;

/** More than anybody uses, and all that OpenSSL takes. */
export const MAX_MODULUS_BITS = 16_384;

const MAX_EXPONENT_BYTES = 4;

/**
 * Requires bounds of a modulus, in bits.
 *
 * @throws {RangeError} if it has less than 2,048 or more than 16,384
 */
export function requireModulusBits(bits: number): void {
  if (!(bits >= MIN_MODULUS_BITS)) throw new RangeError('an RSA key must have at least 2048 bits');
  if (!(bits <= MAX_MODULUS_BITS)) throw new RangeError('an RSA key must have at most 16384 bits');
}

/**
 * Requires an exponent that is odd and from 3 to 2^32 - 1, in its shortest encoding. With e = 1 everybody can sign; with an even
 * one there is no private key; and implementations disagree on large ones.
 */
export function requireExponent(bytes: Uint8Array): void {
  const value = bytes.length <= MAX_EXPONENT_BYTES ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : 0;
  if (bytes[0] === 0 || value < 3 || value % 2 === 0)
    throw new RangeError('the exponent of an RSA key must be odd, from 3 to 2^32 - 1, without leading zeros');
}

function requireRsaNumbers(members: Jwk): void {
  const modulus = memberBytes(members, 'n');
  const first = modulus[0] ?? 0;
  // A leading zero (RFC 7518, section 6.3.1.1) would change the length of signatures; it makes the key one of too few bits.
  requireModulusBits(first === 0 ? 0 : modulus.length * 8 - (Math.clz32(first) - 24));
  if (modulus[modulus.length - 1]! % 2 === 0) throw new RangeError('the modulus of an RSA key must be odd');
  requireExponent(memberBytes(members, 'e'));
}

function numberOf(members: Jwk, name: keyof Jwk): bigint {
  return BigInt(`0x0${toHex(memberBytes(members, name))}`);
}

/** Runtimes sign by the primes and never look at d, so that one of another key would go unnoticed. */
function requireOneRsaKey(members: Jwk): void {
  const [n, e, d] = [numberOf(members, 'n'), numberOf(members, 'e'), numberOf(members, 'd')];
  const [p, q] = [numberOf(members, 'p'), numberOf(members, 'q')];
  const isOne =
    p > 1n &&
    q > 1n &&
    p * q === n &&
    d < n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    numberOf(members, 'dp') === d % (p - 1n) &&
    numberOf(members, 'dq') === d % (q - 1n) &&
    numberOf(members, 'qi') < p &&
    (numberOf(members, 'qi') * q) % p === 1n;
  if (!isOne) throw new TypeError('the numbers of the RSA key do not belong together');
}
