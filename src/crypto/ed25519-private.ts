import { encodeBase64url } from '../internal/base64.ts';
import { copyOf, preparePrivate, publicJwk } from './ed25519-prepare.ts';
import { createPrivateKey, type PrivateKey } from './private-key.ts';

/** Imports a seed of 32 bytes. The public key is derived; one that is `given` must be the same. */
export async function importEd25519Private(privateKey: Uint8Array, extractable = false, given?: Uint8Array): Promise<PrivateKey> {
  const seed = copyOf(privateKey, 'privateKey');
  const { x, sign } = await preparePrivate(seed);
  if (given !== undefined && x !== encodeBase64url(given)) throw new TypeError('privateKey and its public key do not belong together');
  const jwk = extractable ? { ...publicJwk(x), d: encodeBase64url(seed) } : undefined;
  return createPrivateKey({ algorithm: 'ed25519', sign, publicJwk: publicJwk(x), jwk });
}
