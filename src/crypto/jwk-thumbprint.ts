/**
 * JWK thumbprints (RFC 7638, RFC 8037 appendix A.3): a name for a key that nobody has to hand out.
 *
 * @module
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64url } from '../internal/base64.ts';
import { encodeUtf8 } from '../internal/bytes.ts';
import type { Jwk } from './jwk.ts';
import { publicMembers } from './jwk.ts';

/**
 * The SHA-256 thumbprint of a public key (of the public half, if a private one is given), base64url.
 *
 * @throws {TypeError} if the JWK is incomplete, or a secret: its thumbprint would let one guess it
 */
export function jwkThumbprint(jwk: Jwk): string {
  return encodeBase64url(sha256(encodeUtf8(JSON.stringify(publicMembers(jwk)))));
}
