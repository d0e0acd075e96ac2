/**
 * HMAC-SHA256 with node:crypto.
 *
 * Where there is a one-shot `hash`, HMAC is two of those (RFC 2104, section 2): for a text as short as a signature base,
 * making and collecting an `Hmac` object costs twice what the hashing does.
 *
 * @module
 */

import type { Mac } from './ed25519/implementation.ts';
import type { NodeCrypto, NodeKey } from './runtime.ts';

const BLOCK = 64;

const SHORT_BASE = 2048;

/** Prepares a secret. Never the raw secret per call: that costs Node 24 seven times as much. */
export function nodeMac(node: NodeCrypto, secret: Uint8Array): Mac {
  const key = node.createSecretKey(secret);
  const { hash } = node;
  return hash === undefined ? (base) => objectMac(node, key, base) : hashMac(hash, secret, (base) => objectMac(node, key, base));
}

/** Longer texts are left to node's own HMAC, which need not copy them. */
function hashMac(hash: NonNullable<NodeCrypto['hash']>, secret: Uint8Array, long: Mac): Mac {
  const key = secret.length > BLOCK ? bytesOf(hash('sha256', secret, 'latin1'), new Uint8Array(32), 0) : secret;
  const inner = new Uint8Array(BLOCK + SHORT_BASE).fill(0x36, 0, BLOCK);
  const outer = new Uint8Array(BLOCK + 32).fill(0x5c, 0, BLOCK);
  for (let index = 0; index < key.length; index++) {
    inner[index]! ^= key[index]!;
    outer[index]! ^= key[index]!;
  }
  return (base) => {
    if (base.length > SHORT_BASE) return long(base);
    inner.set(base, BLOCK);
    bytesOf(hash('sha256', inner.subarray(0, BLOCK + base.length), 'latin1'), outer, BLOCK);
    return bytesOf(hash('sha256', outer, 'latin1'), new Uint8Array(32), 0);
  };
}

/** One byte a character: node answers in text three times as fast as in a buffer. */
function bytesOf(text: string, target: Uint8Array, start: number): Uint8Array {
  for (let index = 0; index < 32; index++) target[start + index] = text.charCodeAt(index);
  return target;
}

function objectMac(node: NodeCrypto, key: NodeKey, base: Uint8Array): Uint8Array {
  return new Uint8Array(node.createHmac('sha256', key).update(base).digest());
}
