/**
 * Ed25519 (RFC 9421, section 3.3.6; RFC 8032): keys of 32 raw bytes.
 *
 * Native where the runtime has it, else in JavaScript; the verdict is the same, because the gate refuses first what
 * implementations disagree on.
 *
 * @module
 */

import { loadJavaScript, nodeCrypto, webCrypto } from '../runtime.ts';
import type { Ed25519KeyPair, Ed25519Verify } from './backend.ts';
import { isAcceptableSignature } from './gate.ts';
import { nodePrivate, nodePublic } from './node.ts';
import { webPrivate, webPublic } from './web.ts';

/** What verifies with a public key that has passed the gate, as each signature has to. */
export async function ed25519Verify(point: Uint8Array): Promise<Ed25519Verify> {
  const verify = await preparePublic(point);
  return (base, signature) => isAcceptableSignature(signature) && verify(base, signature);
}

async function preparePublic(bytes: Uint8Array): Promise<Ed25519Verify> {
  const node = nodeCrypto();
  if (node !== undefined) return nodePublic(node, bytes);
  return (await onWeb((subtle) => webPublic(subtle, bytes))) ?? (await loadJavaScript()).preparePublic(bytes);
}

/** What signs with a seed of 32 bytes, and the public key that belongs to it, with the best backend at hand. */
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
