/**
 * Ed25519 with node:crypto: Node and Bun.
 *
 * Not WebCrypto there, and not always the thread pool: handing one signature to another thread and back costs nearly
 * its own time again (Node 24, a pair at a time: WebCrypto and callbacks 1.8, this 1.0 of the bare calls). So a call
 * that comes alone is answered at once. Of calls that come together, all but the first go to the pool, so that the event
 * loop is not kept from its work (64 pairs at once: 0.6 of the bare time with a free core, 1.2 without).
 *
 * @module
 */

import type { Awaitable } from '../../internal/awaitable.ts';
import { nodeName } from '../digest.ts';
import { anyNodeCrypto, type Callback, type NodeCrypto } from '../runtime.ts';
import type { Ed25519KeyPair, Ed25519Verify } from './backend.ts';
import { pkcs8OfSeed, spkiOfPoint } from './backend.ts';
import { isAcceptableSignature } from './gate.ts';

/** Whether an operation ran since the last microtask, and how many the pool holds: of the whole process, as the pool is. */
const load = { busy: false, pooled: 0 };

/** Runs `start` at once, without a callback, or with one in the pool. */
function run<T>(start: (callback?: Callback<T>) => T): T | Promise<T> {
  if (!load.busy && load.pooled === 0) {
    load.busy = true;
    void Promise.resolve().then(() => {
      load.busy = false;
    });
    return start();
  }
  load.pooled++;
  return new Promise((resolve, reject) => {
    start((error, result) => {
      load.pooled--;
      if (error) reject(error);
      else resolve(result);
    });
  });
}

/** Prepares a public key that has passed the gate. */
export function nodePublic(node: NodeCrypto, bytes: Uint8Array): Ed25519Verify {
  const key = node.createPublicKey({ key: spkiOfPoint(bytes), format: 'der', type: 'spki' });
  return (base, signature) => run<boolean>((callback) => node.verify(null, base, key, signature, callback));
}

/** Without the methods of node's Buffer, some of which do other things than a Uint8Array's. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Prepares a seed. */
export function nodePrivate(node: NodeCrypto, seed: Uint8Array): Ed25519KeyPair {
  const key = node.createPrivateKey({ key: pkcs8OfSeed(seed), format: 'der', type: 'pkcs8' });
  const { x } = node.createPublicKey(key).export({ format: 'jwk' });
  const sign = (base: Uint8Array): Awaitable<Uint8Array> => {
    const signature = run<Uint8Array>((callback) => node.sign(null, base, key, callback));
    return signature instanceof Promise ? signature.then(plain) : plain(signature);
  };
  return { x: x!, sign };
}

// Ed25519 and SHA-256 without a promise, wherever node:crypto is to be had. The same gate stands before it.
//
// @see RFC 8032; RFC 9421, section 3.3.6

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
