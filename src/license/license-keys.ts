/**
 * The public keys an application is delivered with.
 *
 * @module
 */

import type { PublicKey } from '../crypto/public-key.ts';
import { assertObject } from '../internal/assert.ts';
import { decodeBase64url } from '../internal/decode-base64url.ts';

/**
 * Ed25519 public keys by keyid: imported, or as text, the base64url of their 32 bytes (`exportPublicKeyBase64url`).
 * Several while you rotate: new licenses are issued with the new key, old ones go on working.
 */
export type LicenseKeys = Readonly<Record<string, PublicKey | string>>;

/**
 * Makes every key ready, so that a wrong one shows at the first start and not with the first license that needs it.
 *
 * @throws {TypeError} If one is not an Ed25519 key.
 */
export function mapKeys<T>(
  keys: LicenseKeys,
  ofText: (bytes: Uint8Array, name: string) => T,
  ofKey: (key: PublicKey, name: string) => T,
): ReadonlyMap<string, T> {
  assertObject(keys, 'publicKeys');
  return new Map(
    Object.entries(keys).map(([keyid, key]) => {
      const name = `publicKeys.${keyid}`;
      const bytes = typeof key === 'string' ? decodeBase64url(key) : undefined;
      if (bytes !== undefined) return [keyid, ofText(bytes, name)];
      if (typeof key === 'string' || typeof key?.verify !== 'function' || key.algorithm !== 'ed25519')
        throw new TypeError(`${name} must be an Ed25519 public key, or its base64url`);
      return [keyid, ofKey(key, name)];
    }),
  );
}
