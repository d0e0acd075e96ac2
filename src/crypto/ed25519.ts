/**
 * Ed25519 (RFC 9421, section 3.3.6; RFC 8032): keys of 32 raw bytes.
 *
 * Native where the runtime has it, else in JavaScript; the verdict is the same, because the gate refuses first what
 * implementations disagree on.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { encodeBase64url } from '../internal/base64.ts';
import { isBytes } from '../internal/bytes.ts';
import { isAcceptableKey, isAcceptableSignature } from './ed25519-gate.ts';
import { nodePrivate, nodePublic } from './ed25519-node.ts';
import { webPrivate, webPublic } from './ed25519-web.ts';
import type { Jwk } from './jwk.ts';
import type { PrivateKey } from './private-key.ts';
import { createPrivateKey } from './private-key.ts';
import { PublicKey } from './public-key.ts';
import type { NodeCrypto } from './runtime.ts';
import { nodeCrypto, webCrypto } from './runtime.ts';

type Fallback = typeof import('./ed25519-fallback.ts');

/** Prepares a key with the best implementation at hand; the one in JavaScript is loaded only if there is no other. */
async function prepare<T>(
  bytes: Uint8Array,
  onNode: (node: NodeCrypto, bytes: Uint8Array) => T,
  onWeb: (subtle: SubtleCrypto, bytes: Uint8Array) => Promise<T>,
  otherwise: (fallback: Fallback) => (bytes: Uint8Array) => T,
): Promise<T> {
  const node = nodeCrypto();
  if (node !== undefined) return onNode(node, bytes);
  const subtle = webCrypto();
  try {
    if (subtle !== undefined) return await onWeb(subtle, bytes);
  } catch (error) {
    if ((error as Error).name !== 'NotSupportedError') throw error;
  }
  return otherwise(await import('./ed25519-fallback.ts'))(bytes);
}

/** A copy of 32 bytes. */
function copyOf(bytes: unknown, name: string): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError(`${name} must be a Uint8Array`);
  if (bytes.length !== 32) throw new RangeError(`${name} must be 32 bytes`);
  return new Uint8Array(bytes);
}

const publicJwk = (x: string): Jwk => ({ crv: 'Ed25519', kty: 'OKP', x });

/** Imports a public key of 32 bytes. `name` is what errors call it. */
export async function importEd25519Public(publicKey: Uint8Array, name = 'publicKey'): Promise<PublicKey> {
  const bytes = copyOf(publicKey, name);
  if (!isAcceptableKey(bytes)) throw new RangeError(`${name} is of small order or not canonical`);
  const verify = await prepare(bytes, nodePublic, webPublic, ({ importPublic }) => importPublic);
  const gated = (base: Uint8Array, signature: Uint8Array): Awaitable<boolean> =>
    isAcceptableSignature(signature) && verify(base, signature);
  return new PublicKey('ed25519', publicJwk(encodeBase64url(bytes)), gated);
}

/** Imports a seed of 32 bytes. The public key is derived; one that is `given` must be the same. */
export async function importEd25519Private(privateKey: Uint8Array, extractable = false, given?: Uint8Array): Promise<PrivateKey> {
  const seed = copyOf(privateKey, 'privateKey');
  const { x, sign } = await prepare(seed, nodePrivate, webPrivate, ({ importPrivate }) => importPrivate);
  if (given !== undefined && x !== encodeBase64url(given)) throw new TypeError('privateKey and its public key do not belong together');
  const jwk = extractable ? { ...publicJwk(x), d: encodeBase64url(seed) } : undefined;
  return createPrivateKey({ algorithm: 'ed25519', sign, publicJwk: publicJwk(x), jwk });
}
