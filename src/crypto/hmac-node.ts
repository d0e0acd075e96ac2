/**
 * HMAC-SHA256 with node:crypto.
 *
 * @module
 */

import type { NodeCrypto } from './runtime.ts';

/** Computes the authentication code of a signature base. */
export type Mac = (base: Uint8Array) => Uint8Array;

/** Prepares a secret. Never the raw secret per call: that costs Node 24 seven times as much. */
export function nodeMac(node: NodeCrypto, secret: Uint8Array): Mac {
  const key = node.createSecretKey(secret);
  return (base) => new Uint8Array(node.createHmac('sha256', key).update(base).digest());
}
