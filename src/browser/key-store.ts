/**
 * Key pairs in IndexedDB, which keeps `CryptoKey`s as they are: usable, not readable.
 *
 * Each function opens the database and closes it again, so that no tab ever blocks another.
 *
 * @see https://www.w3.org/TR/IndexedDB-3/
 * @module
 */

import type { CryptoKeyPairLike } from '../crypto/web-crypto.ts';
import { KeyStorageError } from './key-storage-error.ts';

/** What we need of `indexedDB`; its own type exists only with DOM types. */
export interface IndexedDbLike {
  /** Opens a database. */
  open(name: string, version?: number): object;
}

const DATABASE = 'countersign';

const STORE = 'keys';

/** What was stored as a pair; Safari gives null for keys whose keychain entry is gone. */
export type StoredPair = Partial<CryptoKeyPairLike> | null;

/** What is stored under a name; `undefined` if nothing is. */
export function readPair(factory: IndexedDbLike | undefined, name: string): Promise<StoredPair | undefined> {
  return transact(factory, 'readonly', (store, settle) => {
    const request: IDBRequest<StoredPair | undefined> = store.get(name);
    request.onsuccess = () => settle(request.result);
  });
}

/**
 * Stores a pair, unless there is one. Look and write are one transaction, and those that write wait for each other:
 * of two tabs, the second gets the pair of the first.
 */
export function addPair(factory: IndexedDbLike | undefined, name: string, pair: CryptoKeyPairLike): Promise<StoredPair> {
  return transact(factory, 'readwrite', (store, settle, fail) => {
    const request: IDBRequest<StoredPair | undefined> = store.get(name);
    request.onsuccess = () => {
      const { result } = request;
      // Not `??`: what is there may be a null, and is not overwritten.
      settle(result === undefined ? pair : result);
      try {
        if (result === undefined) store.add(pair, name);
      } catch (error) {
        // Private windows of some browsers refuse to clone a key.
        fail(error);
      }
    };
  });
}

/** Removes what is stored under a name. */
export function removePair(factory: IndexedDbLike | undefined, name: string): Promise<void> {
  return transact(factory, 'readwrite', (store, settle) => {
    store.delete(name).onsuccess = () => settle(undefined);
  });
}

type Work<T> = (store: IDBObjectStore, settle: (result: T) => void, fail: (error: unknown) => void) => void;

/** One transaction; its result counts once it is complete, hence on disk. */
async function transact<T>(factory: IndexedDbLike | undefined, mode: IDBTransactionMode, work: Work<T>): Promise<T> {
  let database: IDBDatabase | undefined;
  try {
    const opened = await open(factory);
    database = opened;
    return await new Promise<T>((resolve, reject) => {
      const transaction = opened.transaction(STORE, mode, { durability: 'strict' });
      let result: [T] | undefined;
      transaction.oncomplete = () => (result ? resolve(result[0]) : reject(transaction.error));
      transaction.onabort = () => reject(transaction.error);
      // The browser threw the whole database away: no other event would come.
      opened.onclose = () => reject(new Error('the database was closed'));
      work(
        transaction.objectStore(STORE),
        (value) => {
          result = [value];
        },
        (error) => {
          reject(error);
          transaction.abort();
        },
      );
    });
  } catch (cause) {
    throw new KeyStorageError('storage_unavailable', 'IndexedDB cannot be used here: private window, blocked or full storage', { cause });
  } finally {
    database?.close();
  }
}

function open(factory: IndexedDbLike = systemFactory()): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(DATABASE, 1);
    if (!isOpenRequest(request)) throw new TypeError('indexedDB must be an IDBFactory');
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Looked up when needed: in a sandboxed frame the very look throws. */
function systemFactory(): IndexedDbLike {
  const { indexedDB } = globalThis;
  if (indexedDB === undefined) throw new Error('there is no indexedDB');
  return indexedDB;
}

function isOpenRequest(request: object): request is IDBOpenDBRequest {
  return 'onupgradeneeded' in request;
}
