/**
 * The public keys an application is delivered with.
 *
 * @module
 */

import { isAcceptableKey } from '../crypto/ed25519-gate.ts';
import type { PublicKey } from '../crypto/public-key.ts';
import { assertObject } from '../internal/assert.ts';
import { decodeBase64url } from '../internal/decode-base64.ts';

/**
 * Ed25519 public keys by keyid: imported, or as text, the base64url of their 32 bytes (`exportPublicKeyBase64url`).
 * Several while you rotate: new licenses are issued with the new key, old ones go on working.
 */
export type LicenseKeys = Readonly<Record<string, PublicKey | string>>;

/**
 * The keys by keyid, each as its 32 bytes, which have passed the gate. All of them, so that a wrong one shows at the first
 * start and not with the first license that needs it.
 *
 * @throws {TypeError} If one is not an Ed25519 key.
 */
export function keyPoints(keys: LicenseKeys): ReadonlyMap<string, Uint8Array> {
  assertObject(keys, 'publicKeys');
  const points = new Map<string, Uint8Array>();
  for (const [keyid, key] of Object.entries(keys)) {
    const text = typeof key === 'string' ? key : key?.algorithm === 'ed25519' && key.jwk?.['x'];
    const point = decodeBase64url(String(text));
    if (point === undefined || !isAcceptableKey(point)) throw new TypeError(`publicKeys.${keyid} must be an Ed25519 public key`);
    points.set(keyid, point);
  }
  return points;
}
