/**
 * The DER around Ed25519 keys: constant prefixes (RFC 8410, sections 4 and 7).
 *
 * @module
 */

import { concatBytes } from '../internal/bytes.ts';

const PKCS8 = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
const SPKI = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];

/** The PKCS #8 form of a seed. */
export function pkcs8OfSeed(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(new Uint8Array(PKCS8), seed);
}

/** The SubjectPublicKeyInfo form of a public key. */
export function spkiOfPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(new Uint8Array(SPKI), point);
}
