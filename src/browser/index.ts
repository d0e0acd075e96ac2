/**
 * `countersign/browser`: a key pair that stays in the browser it was made in.
 *
 * @module
 */

export { isKeyStorageError, KeyStorageError, type KeyStorageErrorCode } from './key-storage-error.ts';
export type { IndexedDbLike } from './key-store.ts';
export { deleteKeyPair, type KeyStorageOptions, type OpenKeyPairOptions, openKeyPair, type StoredKeyPair } from './open-key-pair.ts';
