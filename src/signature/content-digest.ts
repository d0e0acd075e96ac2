/**
 * Digest fields: what ties content to the fields that are signed. A signature alone proves nothing about a body.
 *
 * @see RFC 9530, sections 2, 3 and 6.6
 * @module
 */

import { type DigestAlgorithm, digest } from '../crypto/digest.ts';
import { VerificationError } from '../errors.ts';
import { encodeBase64 } from '../internal/base64.ts';
import { equalBytes } from '../internal/bytes.ts';
import { parseDictionary } from '../structured-fields/parse.ts';
import { type Dictionary, isInnerList } from '../structured-fields/value.ts';

/**
 * Requires that bytes fit a digest field: every strong digest in it, and at least one.
 *
 * @throws {VerificationError} `digest_mismatch` if one differs or the field is malformed; `digest_missing` if none is
 *   of an algorithm that counts.
 */
export async function verifyContentDigest(value: string, bytes: Uint8Array): Promise<void> {
  // What nearly everybody sends: one sha-256. Its text has one spelling, so that comparing texts is enough.
  if (value.length === 54 && value === (await createContentDigest(bytes))) return;
  for (const [algorithm, expected] of strongDigests(value)) requireDigest(algorithm, expected, await digest(algorithm, bytes));
}

/** @throws {VerificationError} `digest_mismatch` */
export function requireDigest(algorithm: DigestAlgorithm, expected: Uint8Array, actual: Uint8Array): void {
  if (!equalBytes(expected, actual)) throw new VerificationError('digest_mismatch', algorithm);
}

/**
 * The digests of a field that count: at least one.
 *
 * @throws {VerificationError} `digest_mismatch` for a malformed field, `digest_missing` if none counts.
 */
export function strongDigests(value: string): readonly (readonly [DigestAlgorithm, Uint8Array])[] {
  const members = readDigests(value);
  const strong = STRONG_DIGESTS.flatMap((algorithm) => {
    const expected = members.get(algorithm);
    return expected === undefined ? [] : [[algorithm, expected] as const];
  });
  if (strong.length === 0) throw new VerificationError('digest_missing', 'neither sha-256 nor sha-512');
  return strong;
}

/** The digests of a field by algorithm, those of unknown algorithms too. */
function readDigests(value: string): ReadonlyMap<string, Uint8Array> {
  const digests = new Map<string, Uint8Array>();
  for (const [algorithm, member] of parseDigestField(value)) {
    if (isInnerList(member) || !(member.value instanceof Uint8Array)) throw malformed();
    digests.set(algorithm, member.value);
  }
  return digests;
}

/** Refuses a key that occurs twice: the last one would win silently. */
function parseDigestField(value: string): Dictionary {
  try {
    return parseDictionary(value, { unique: true });
  } catch (cause) {
    throw malformed({ cause });
  }
}

function malformed(options?: ErrorOptions): VerificationError {
  return new VerificationError('digest_mismatch', 'the field is malformed', options);
}

/**
 * Reads Want-Content-Digest or Want-Repr-Digest: the strong algorithm wanted most, `undefined` if none is wanted
 * (section 4). A wish is a hint: a malformed one is none.
 */
export function readWantedDigest(value: string): DigestAlgorithm | undefined {
  let wanted: DigestAlgorithm | undefined;
  let most = 0;
  try {
    const members = parseDictionary(value);
    for (const algorithm of STRONG_DIGESTS) {
      const member = members.get(algorithm);
      const weight = member && !isInnerList(member) ? member.value : 0;
      if (typeof weight === 'number' && weight <= 10 && weight > most) [wanted, most] = [algorithm, weight];
    }
  } catch {
    return undefined;
  }
  return wanted;
}

// Making of digest fields.
//
// @see RFC 9530, section 2

/** The digest algorithms that hold against an adversary. The registry's others never count. */
export const STRONG_DIGESTS: readonly DigestAlgorithm[] = ['sha-256', 'sha-512'];

/** A digest field value for bytes: the same text for Content-Digest, Repr-Digest and Unencoded-Digest. */
export async function createContentDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha-256'): Promise<string> {
  if (!STRONG_DIGESTS.includes(algorithm)) throw new TypeError('algorithm must be sha-256 or sha-512');
  return digestField(algorithm, bytes);
}

/** A digest field value of a hash (RFC 9530, section 2). */
export function digestValue(algorithm: DigestAlgorithm, hash: Uint8Array): string {
  return `${algorithm}=:${encodeBase64(hash)}:`;
}

/** A digest field value, its algorithm not checked. */
export async function digestField(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<string> {
  return digestValue(algorithm, await digest(algorithm, bytes));
}
