/**
 * A browser's own key: an Ed25519 pair that WebCrypto made and IndexedDB keeps, so that a page can sign with it and no
 * script, extension or backup can read it.
 *
 * @see https://www.w3.org/TR/webcrypto-2/#concepts-key-storage
 * @module
 */

import { importPrivateCryptoKey, importPublicCryptoKey } from '../crypto/forms/crypto-key.ts';
import type { Jwk } from '../crypto/jwk.ts';
import type { PublicKey } from '../crypto/key.ts';
import type { CryptoKeyLike } from '../crypto/runtime.ts';
import { assertKeyid, createSigner, type Signer } from '../crypto/signer.ts';
import { type CryptoKeyPairLike, generateCryptoKeyPair, hasWebCrypto } from '../crypto/web-crypto.ts';
import { assertText } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { KeyStorageError } from './key-storage-error.ts';
import { addPair, type IndexedDbLike, readPair, removePair, type StoredPair } from './key-store.ts';

/** Where the pair is. */
export interface KeyStorageOptions {
  /** The database to keep the pair in. Default: `globalThis.indexedDB`. */
  readonly indexedDB?: IndexedDbLike | undefined;
}

/** What `openKeyPair` takes. */
export interface OpenKeyPairOptions extends KeyStorageOptions {
  /** The keyid the server knows. With it no new pair is made: if that one is gone, the error is `key_lost`. */
  readonly keyid?: string | undefined;
}

const DELETE: OptionNames<KeyStorageOptions> = { indexedDB: true };

const OPEN: OptionNames<OpenKeyPairOptions> = { keyid: true, indexedDB: true };

/** A pair of this browser. */
export interface StoredKeyPair {
  /** Signs with the private key, which nobody can read. */
  readonly signer: Signer;
  /** Verifies what the signer signs. */
  readonly publicKey: PublicKey;
  /** The JWK thumbprint of the public key (RFC 7638); the signer's keyid. */
  readonly keyid: string;
  /** The public key, to register with a server. */
  readonly publicJwk: Jwk;
  /** Removes the pair from this browser. Signers made of it work until their pages are closed. */
  delete(): Promise<void>;
}

/**
 * Opens the pair of a name, made at the first call: the same after a reload, and in every tab of this origin.
 *
 * @throws {KeyStorageError} `insecure_origin` on pages that are neither https nor localhost, `algorithm_unsupported`,
 *   `storage_unavailable`, and `key_lost` if what is stored is no usable pair or not the one of `keyid`.
 */
export async function openKeyPair(name: string, options: OpenKeyPairOptions = {}): Promise<StoredKeyPair> {
  assertText(name, 'name');
  const { keyid, indexedDB } = readOptions(options, OPEN);
  if (keyid !== undefined) assertKeyid(keyid);
  requireSecureOrigin();
  const stored = await readPair(indexedDB, name);
  if (stored === undefined && keyid !== undefined) throw lost('there is no key of this name any more');
  // Made before the transaction that stores it: transactions do not wait for anything else.
  const opened = await load(stored === undefined ? await addPair(indexedDB, name, await generate()) : stored);
  if (keyid !== undefined && keyid !== opened.keyid) throw lost('the key of this name is another one');
  return { ...opened, delete: () => removePair(indexedDB, name) };
}

/**
 * Removes the pair of a name, also one that cannot be opened.
 *
 * @throws {KeyStorageError} `storage_unavailable`
 */
export async function deleteKeyPair(name: string, options: KeyStorageOptions = {}): Promise<void> {
  assertText(name, 'name');
  const { indexedDB } = readOptions(options, DELETE);
  await removePair(indexedDB, name);
}

function requireSecureOrigin(): void {
  if (globalThis.isSecureContext === false) throw new KeyStorageError('insecure_origin', 'stored keys need https, or localhost');
  if (!hasWebCrypto()) throw new KeyStorageError('algorithm_unsupported', 'there is no WebCrypto here');
}

async function generate(): Promise<CryptoKeyPairLike> {
  try {
    return await generateCryptoKeyPair();
  } catch (cause) {
    throw new KeyStorageError('algorithm_unsupported', 'WebCrypto makes no Ed25519 keys here', { cause });
  }
}

async function load(stored: StoredPair): Promise<Omit<StoredKeyPair, 'delete'>> {
  try {
    const { privateKey, publicKey } = stored ?? {};
    if (privateKey === undefined || publicKey === undefined) throw new TypeError('the stored pair is incomplete');
    requireOwn(privateKey);
    const verifier = await importPublicCryptoKey(publicKey);
    const signer = createSigner({ privateKey: await importPrivateCryptoKey(privateKey, { publicKey }) });
    return { signer, publicKey: verifier, keyid: signer.keyid, publicJwk: { ...verifier.jwk } };
  } catch (cause) {
    throw lost('what is stored is no usable key pair', cause);
  }
}

/**
 * Requires a key as this module makes them. Whoever could run a script here once may have left one whose private bytes he knows:
 * what could be extracted, or was not made for this, is not trusted.
 */
function requireOwn({ extractable, algorithm, usages }: CryptoKeyLike): void {
  if (extractable !== false) throw new TypeError('the stored key can be extracted');
  if (algorithm?.name !== 'Ed25519' || usages?.length !== 1) throw new TypeError('the stored key is not one of these');
}

function lost(message: string, cause?: unknown): KeyStorageError {
  return new KeyStorageError('key_lost', message, cause === undefined ? {} : { cause });
}
