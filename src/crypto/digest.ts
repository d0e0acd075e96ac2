/**
 * Hashes of whole contents, natively wherever the runtime can (8 to 15 times faster than JavaScript).
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import { anyNodeCrypto, loadJavaScript, nodeCrypto, webCrypto } from './runtime.ts';

/** The hash functions RFC 9530 calls active, by their registered names. */
export type DigestAlgorithm = 'sha-256' | 'sha-512';

/** The name node:crypto has for it. */
export function nodeName(algorithm: DigestAlgorithm): string {
  return algorithm.replace('-', '');
}

/** The hash of some bytes: at once on Node and Bun, else a promise. */
export function digest(algorithm: DigestAlgorithm, bytes: Uint8Array): Awaitable<Uint8Array> {
  const node = nodeCrypto();
  if (node === undefined) return webDigest(algorithm, bytes);
  const name = nodeName(algorithm);
  // A plain copy: node's Buffer behaves otherwise, and may lie in a pool together with other values.
  return new Uint8Array(node.hash?.(name, bytes, 'buffer') ?? node.createHash(name).update(bytes).digest());
}

/** The hash of some bytes by WebCrypto, or in JavaScript where there is none. */
export async function webDigest(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<Uint8Array> {
  const subtle = webCrypto();
  if (subtle !== undefined) return new Uint8Array(await subtle.digest(algorithm, bytes as BufferSource));
  return (await loadJavaScript()).hashFunctions[algorithm](bytes);
}

// Hashes of streams, chunk by chunk: a body of any size in constant memory.

/** A hash in the making. */
export interface Hasher {
  update(chunk: Uint8Array): void;
  /** The hash of all chunks; call it once. */
  digest(): Uint8Array;
}

/** Starts a hash: natively where node:crypto is (also on Deno: a stream repays the loading), else in JavaScript. */
export function createHasher(algorithm: DigestAlgorithm): Awaitable<Hasher> {
  const hash = anyNodeCrypto()?.createHash(nodeName(algorithm));
  if (hash === undefined) return nobleHasher(algorithm);
  return { update: (chunk) => void hash.update(chunk), digest: () => new Uint8Array(hash.digest()) };
}

async function nobleHasher(algorithm: DigestAlgorithm): Promise<Hasher> {
  const hash = (await loadJavaScript()).hashFunctions[algorithm].create();
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}
