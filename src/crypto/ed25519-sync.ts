/**
 * Ed25519 and SHA-256 without a promise, wherever node:crypto is to be had. The same gate stands before it.
 *
 * @see RFC 8032; RFC 9421, section 3.3.6
 * @module
 */

import { nodeName } from './digest.ts';
import { isAcceptableSignature } from './ed25519-gate.ts';
import { spkiOfPoint } from './ed25519-spki.ts';
import { anyNodeCrypto, type NodeCrypto } from './runtime.ts';

function requireNode(): NodeCrypto {
  const node = anyNodeCrypto();
  // Not a TypeError: the arguments are right, the place is not.
  if (node === undefined) throw new Error('this runtime has no node:crypto: use the function that returns a promise');
  return node;
}

/** Whether a signature holds; the public key has passed the gate. */
export function ed25519VerifyNow(point: Uint8Array, base: Uint8Array, signature: Uint8Array): boolean {
  const node = requireNode();
  const key = node.createPublicKey({ key: spkiOfPoint(point), format: 'der', type: 'spki' });
  return isAcceptableSignature(signature) && node.verify(null, base, key, signature);
}

/** The SHA-256 hash of some bytes. */
export function sha256Now(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(requireNode().createHash(nodeName('sha-256')).update(bytes).digest());
}
