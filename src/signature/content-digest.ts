/**
 * Digest fields: what ties content to the fields that are signed. A signature alone proves nothing about a body.
 *
 * @see RFC 9530, sections 2, 3 and 6.6
 * @module
 */

import { type DigestAlgorithm, digest } from '../crypto/digest.ts';
import { VerificationError } from '../errors.ts';
import { type Awaitable, andThen } from '../internal/awaitable.ts';
import { toBase64 } from '../internal/base64.ts';
import { equalBytes, isBytes } from '../internal/bytes.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import type { Content } from '../rfc9421/message.ts';
import { parseDictionary } from '../structured-fields/parse.ts';
import { type Dictionary, isInnerList } from '../structured-fields/value.ts';

/** The digest algorithms that hold against an adversary. The registry's others never count. */
const STRONG_DIGESTS: readonly DigestAlgorithm[] = ['sha-256', 'sha-512'];

/**
 * A digest field value for bytes: the same text for Content-Digest, Repr-Digest and Unencoded-Digest.
 *
 * @throws {TypeError} If `bytes` are no Uint8Array, or the algorithm is neither `sha-256` (default) nor `sha-512`.
 */
export async function createContentDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha-256'): Promise<string> {
  if (!STRONG_DIGESTS.includes(algorithm)) throw new TypeError('algorithm must be sha-256 or sha-512');
  if (!isBytes(bytes)) throw new TypeError('bytes must be a Uint8Array');
  return digestField(algorithm, bytes);
}

/** A digest field value of a hash (section 2). */
export function digestValue(algorithm: DigestAlgorithm, hash: Uint8Array): string {
  return `${algorithm}=:${toBase64(hash)}:`;
}

/** A digest field value, its algorithm not checked: at once where the runtime hashes at once. */
export function digestField(algorithm: DigestAlgorithm, bytes: Uint8Array): Awaitable<string> {
  return andThen(digest(algorithm, bytes), (hash) => digestValue(algorithm, hash));
}

/**
 * The digest that content to be signed is given; `undefined` if there is no content, or it has one already.
 *
 * @throws {TypeError} If the content is not in memory.
 */
export function newContentDigest(body: Content, read: FieldReader): Awaitable<string> | undefined {
  if (body !== undefined && !isBytes(body)) throw new TypeError('message.body must be bytes, or absent');
  return body !== undefined && body.length > 0 && read('content-digest') === undefined ? digestField('sha-256', body) : undefined;
}

/**
 * Requires that bytes fit a digest field: every strong digest in it, and at least one.
 *
 * @throws {VerificationError} `digest_mismatch` if one differs or the field is malformed; `digest_missing` if none is
 *   of an algorithm that counts.
 * @throws {TypeError} If `value` is no text, or `bytes` are no Uint8Array.
 */
export async function verifyContentDigest(value: string, bytes: Uint8Array): Promise<void> {
  if (typeof value !== 'string') throw new TypeError('value must be the text of a digest field');
  if (!isBytes(bytes)) throw new TypeError('bytes must be a Uint8Array');
  await checkContentDigest(value, bytes);
}

/** The same, at once where the runtime hashes at once; `coding` is the Content-Encoding of the message. */
export function checkContentDigest(value: string, bytes: Uint8Array, coding?: string): Awaitable<void> {
  const [first, ...others] = strongDigests(value);
  const checked = checkDigest(first, bytes, coding);
  if (others.length === 0) return checked;
  return Promise.resolve(checked).then(async () => {
    for (const expected of others) await checkDigest(expected, bytes, coding);
  });
}

/** A digest that must fit, by its algorithm. */
export type ExpectedDigest = readonly [algorithm: DigestAlgorithm, expected: Uint8Array];

function checkDigest([algorithm, expected]: ExpectedDigest, bytes: Uint8Array, coding: string | undefined): Awaitable<void> {
  return andThen(digest(algorithm, bytes), (actual) => requireDigest(algorithm, expected, actual, coding));
}

/** @throws {VerificationError} `digest_mismatch` */
export function requireDigest(algorithm: DigestAlgorithm, expected: Uint8Array, actual: Uint8Array, coding?: string): void {
  if (equalBytes(expected, actual)) return;
  const hint =
    coding === undefined
      ? ''
      : '; it has a Content-Encoding, and the digest is of the coded bytes: verify before anything decodes it, or pass them as they came';
  throw new VerificationError('digest_mismatch', `the content is not what was signed, its ${algorithm} differs${hint}`);
}

/**
 * The digests of a field that count: at least one.
 *
 * @throws {VerificationError} `digest_mismatch` for a malformed field, `digest_missing` if none counts.
 */
export function strongDigests(value: string): readonly [ExpectedDigest, ...ExpectedDigest[]] {
  const members = readDigests(value);
  const [first, ...others] = STRONG_DIGESTS.flatMap((algorithm): readonly ExpectedDigest[] => {
    const expected = members.get(algorithm);
    return expected === undefined ? [] : [[algorithm, expected]];
  });
  if (first === undefined) throw new VerificationError('digest_missing', 'neither sha-256 nor sha-512');
  return [first, ...others];
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
