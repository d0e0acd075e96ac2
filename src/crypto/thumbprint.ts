/**
 * JWK thumbprints (RFC 7638, RFC 8037 appendix A.3): a name for a key that nobody has to hand out.
 *
 * @module
 */

import { encodeBase64url } from '../internal/base64.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { digest } from './digest.ts';
import { type Jwk, publicMembers } from './jwk.ts';

/**
 * The SHA-256 thumbprint of a public key (of the public half, if a private one is given), base64url.
 *
 * @throws {TypeError} if the JWK is incomplete, or a secret: its thumbprint would let one guess it
 */
export async function jwkThumbprint(jwk: Jwk): Promise<string> {
  return encodeBase64url(await digest('sha-256', encodeUtf8(JSON.stringify(publicMembers(jwk)))));
}
