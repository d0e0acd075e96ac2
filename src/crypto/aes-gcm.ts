/**
 * AES-GCM: encryption that notices every change, of the text and of what it belongs to.
 *
 * @see NIST SP 800-38D
 * @module
 */

import { isBytes } from '../internal/bytes.ts';
import { type CryptoKeyLike, isCryptoKey, type WebCrypto, webCrypto } from './runtime.ts';

/** Bytes of the value that no two texts under one key may share. */
export const IV_BYTES = 12;

/** A key, made ready. */
export interface AesGcmKey {
  /** The text, encrypted, with its tag behind it. `iv` is used once with a key. */
  seal(iv: Uint8Array, plain: Uint8Array, context: Uint8Array): Promise<Uint8Array>;
  /** The text; `undefined` if anything was changed: a byte of it, `iv`, `context`, or the key. */
  open(iv: Uint8Array, sealed: Uint8Array, context: Uint8Array): Promise<Uint8Array | undefined>;
}

/**
 * Prepares a key: 16, 24 or 32 bytes, or a `CryptoKey` for AES-GCM.
 *
 * @param name how messages call it
 * @throws {TypeError | RangeError} If it is something else, or there is no WebCrypto.
 */
export function prepareAesGcm(key: Uint8Array | CryptoKeyLike, name: string): AesGcmKey {
  const ready = isCryptoKey(key) ? () => Promise.resolve(requireUse(key, name)) : importLater(key, name);
  const params = (iv: Uint8Array, context: Uint8Array) => ({
    name: 'AES-GCM',
    iv: iv as BufferSource,
    additionalData: context as BufferSource,
  });
  return {
    seal: async (iv, plain, context) =>
      new Uint8Array(await requireSubtle().encrypt(params(iv, context), await ready(), plain as BufferSource)),
    open: async (iv, sealed, context) => {
      const imported = await ready();
      try {
        return new Uint8Array(await requireSubtle().decrypt(params(iv, context), imported, sealed as BufferSource));
      } catch (error) {
        // What else goes wrong here is the runtime's fault, and says so.
        if (error instanceof Error && error.name === 'OperationError') return undefined;
        throw error;
      }
    },
  };
}

function requireSubtle(): WebCrypto {
  const subtle = webCrypto();
  if (subtle === undefined) throw new TypeError('sealing secrets needs WebCrypto, which this runtime has not');
  return subtle;
}

function requireUse(key: CryptoKeyLike, name: string): CryptoKey {
  if (key.algorithm.name !== 'AES-GCM' || !key.usages.includes('encrypt') || !key.usages.includes('decrypt'))
    throw new TypeError(`${name} must be a CryptoKey for AES-GCM that may encrypt and decrypt`);
  return key as CryptoKey;
}

/** Bytes are copied now, and imported at the first use: nothing happens when a program is loaded. */
function importLater(key: unknown, name: string): () => Promise<CryptoKey> {
  if (!isBytes(key)) throw new TypeError(`${name} must be a Uint8Array or a CryptoKey`);
  if (![16, 24, 32].includes(key.length)) throw new RangeError(`${name} must be 32 bytes (or 16 or 24)`);
  const bytes = new Uint8Array(key);
  let imported: Promise<CryptoKey> | undefined;
  return () => {
    imported ??= requireSubtle().importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
    return imported;
  };
}
