/**
 * The DER around Ed25519 keys: a constant prefix (RFC 8410, section 7).
 *
 * @module
 */

const PKCS8 = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/** The PKCS #8 form of a seed. */
export function pkcs8OfSeed(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...PKCS8, ...seed]);
}

const SPKI = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];

/** The SubjectPublicKeyInfo form of a public key (RFC 8410, section 4): a constant prefix. */
export function spkiOfPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...SPKI, ...point]);
}
