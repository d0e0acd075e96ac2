/**
 * Ed25519 (RFC 9421, section 3.3.6; RFC 8032): keys of 32 raw bytes.
 *
 * Native where the runtime has it, else in JavaScript; the verdict is the same, because the gate refuses first what
 * implementations disagree on.
 *
 * @module
 */

import { isBytes } from '../internal/is-bytes.ts';
import type { Jwk } from './jwk.ts';
import { type NodeCrypto, nodeCrypto, webCrypto } from './runtime.ts';

type OnNode = typeof import('./ed25519-node.ts');
export type Fallback = typeof import('./ed25519-fallback.ts');

/** Prepares a key with the best implementation at hand. Only WebCrypto's needs nothing loaded besides. */
export async function prepare<T>(
  bytes: Uint8Array,
  onNode: (implementation: OnNode) => (node: NodeCrypto, bytes: Uint8Array) => T,
  onWeb: (subtle: SubtleCrypto, bytes: Uint8Array) => Promise<T>,
  otherwise: (fallback: Fallback) => (bytes: Uint8Array) => T,
): Promise<T> {
  const node = nodeCrypto();
  if (node !== undefined) return onNode(await import('./ed25519-node.ts'))(node, bytes);
  const subtle = webCrypto();
  try {
    if (subtle !== undefined) return await onWeb(subtle, bytes);
  } catch (error) {
    if ((error as Error).name !== 'NotSupportedError') throw error;
  }
  return otherwise(await import('./ed25519-fallback.ts'))(bytes);
}

/** A copy of 32 bytes. */
export function copyOf(bytes: unknown, name: string): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError(`${name} must be a Uint8Array`);
  if (bytes.length !== 32) throw new RangeError(`${name} must be 32 bytes`);
  return new Uint8Array(bytes);
}

/** The public half as a JWK. */
export const publicJwk = (x: string): Jwk => ({ crv: 'Ed25519', kty: 'OKP', x });
