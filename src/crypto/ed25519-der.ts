/**
 * The DER around Ed25519 keys: constant prefixes (RFC 8410, sections 4 and 7).
 *
 * @module
 */

import { concatBytes } from '../internal/bytes.ts';
import { decodeHex } from '../internal/hex.ts';

/** The PKCS #8 form of a seed. */
export function pkcs8OfSeed(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(decodeHex('302e020100300506032b657004220420')!, seed);
}

/** The SubjectPublicKeyInfo form of a public key. */
export function spkiOfPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(decodeHex('302a300506032b6570032100')!, point);
}
