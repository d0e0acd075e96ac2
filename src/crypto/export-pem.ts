/**
 * Keys as PEM: SubjectPublicKeyInfo and PKCS #8.
 *
 * @see RFC 7468, sections 10 and 13
 * @module
 */

import type { Algorithm } from './algorithm.ts';
import { algorithms } from './algorithm.ts';
import { pkcs8OfSeed } from './ed25519-der.ts';
import { spkiOfPoint } from './ed25519-spki.ts';
import type { Jwk } from './jwk.ts';
import { memberBytes } from './jwk.ts';
import { writePem } from './pem.ts';
import { requireWebCrypto } from './web-key.ts';

async function derOf(algorithm: Algorithm, jwk: Jwk, format: 'spki' | 'pkcs8'): Promise<Uint8Array> {
  const subtle = requireWebCrypto(algorithm);
  const key = await subtle.importKey('jwk', jwk as JsonWebKey, algorithms[algorithm].params, true, [format === 'spki' ? 'verify' : 'sign']);
  return new Uint8Array(await subtle.exportKey(format, key));
}

/** A public JWK as PEM. */
export async function publicPem(algorithm: Algorithm, jwk: Jwk): Promise<string> {
  return writePem('PUBLIC KEY', algorithm === 'ed25519' ? spkiOfPoint(memberBytes(jwk, 'x')) : await derOf(algorithm, jwk, 'spki'));
}

/** A private JWK as PEM. */
export async function privatePem(algorithm: Algorithm, jwk: Jwk): Promise<string> {
  return writePem('PRIVATE KEY', algorithm === 'ed25519' ? pkcs8OfSeed(memberBytes(jwk, 'd')) : await derOf(algorithm, jwk, 'pkcs8'));
}
