const SPKI = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];

/** The SubjectPublicKeyInfo form of a public key (RFC 8410, section 4): a constant prefix. */
export function spkiOfPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...SPKI, ...point]);
}
