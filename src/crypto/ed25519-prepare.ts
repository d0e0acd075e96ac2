/**
 * Ed25519 (RFC 9421, section 3.3.6; RFC 8032): keys of 32 raw bytes.
 *
 * Native where the runtime has it, else in JavaScript; the verdict is the same, because the gate refuses first what
 * implementations disagree on.
 *
 * @module
 */

import { isBytes } from '../internal/is-bytes.ts';
import type { Ed25519KeyPair, Ed25519Verify } from './ed25519-backend.ts';
import { nodePrivate, nodePublic } from './ed25519-node.ts';
import { webPublic } from './ed25519-web.ts';
import { webPrivate } from './ed25519-web-private.ts';
import type { Jwk } from './jwk.ts';
import { loadJavaScript, nodeCrypto, webCrypto } from './runtime.ts';

/** Prepares a public key that has passed the gate, with the best implementation at hand. */
export async function preparePublic(bytes: Uint8Array): Promise<Ed25519Verify> {
  const node = nodeCrypto();
  if (node !== undefined) return nodePublic(node, bytes);
  return (await onWeb((subtle) => webPublic(subtle, bytes))) ?? (await loadJavaScript()).preparePublic(bytes);
}

/** Prepares a seed, with the best implementation at hand. */
export async function preparePrivate(seed: Uint8Array): Promise<Ed25519KeyPair> {
  const node = nodeCrypto();
  if (node !== undefined) return nodePrivate(node, seed);
  return (await onWeb((subtle) => webPrivate(subtle, seed))) ?? (await loadJavaScript()).preparePrivate(seed);
}

/** What WebCrypto makes of a key; `undefined` where there is none, or it has no sound Ed25519. */
async function onWeb<T>(make: (subtle: SubtleCrypto) => Promise<T | undefined>): Promise<T | undefined> {
  const subtle = webCrypto();
  try {
    return subtle && (await make(subtle));
  } catch (error) {
    if ((error as Error).name !== 'NotSupportedError') throw error;
    return undefined;
  }
}

/** A copy of 32 bytes. */
export function copyOf(bytes: unknown, name: string): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError(`${name} must be a Uint8Array`);
  if (bytes.length !== 32) throw new RangeError(`${name} must be 32 bytes`);
  return new Uint8Array(bytes);
}

/** The public half as a JWK. */
export const publicJwk = (x: string): Jwk => ({ crv: 'Ed25519', kty: 'OKP', x });
