/**
 * Hashes of streams, chunk by chunk: a body of any size in constant memory.
 *
 * @module
 */

import type { Awaitable } from '../internal/awaitable.ts';
import type { DigestAlgorithm } from './digest.ts';
import { nodeName } from './digest.ts';
import { anyNodeCrypto, loadJavaScript } from './runtime.ts';

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
