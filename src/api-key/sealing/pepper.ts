/**
 * Bearer keys at rest: an HMAC of each, under a pepper that the database does not have. A key has 256 random bits, so that no slow hash
 * is needed, and nobody who reads the database can try keys either.
 *
 * @module
 */

import { type AwaitableMac, prepareMac } from '../../crypto/hmac/mac.ts';
import { type Awaitable, andThen } from '../../internal/awaitable.ts';
import { fromBase64url, toBase64url } from '../../internal/base64.ts';
import { concatBytes, equalBytes, isBytes } from '../../internal/bytes.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import type { StoredKey } from '../store/record.ts';
import { keyContext } from './key-context.ts';
import { readKeys, requireCurrent, requireKey } from './sealer.ts';

/** Peppers by name. A pepper cannot be exchanged for keys that are there: keep the old ones until those have ended. */
export interface Pepper {
  /** The name of the one for new keys. */
  readonly current: string;
  /** Peppers by name: at least 32 bytes each. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** Bearer keys as they are kept. */
export interface BearerHashes {
  readonly current: string;
  /** What is kept of a key. */
  hash(text: string, key: HashedKey): Awaitable<string>;
  /**
   * Whether a text is the key, in constant time. Without one the same is computed, and the answer is no.
   *
   * @throws {ApiKeyError} `master_key_unknown`.
   */
  verify(text: string, key: StoredKey | undefined): Awaitable<boolean>;
}

type HashedKey = Pick<StoredKey, 'keyid' | 'generation' | 'kind' | 'tenant'>;

const NAMES: OptionNames<Pepper> = { current: true, keys: true };

/** Reads peppers. @throws {TypeError | RangeError} If they are unusable. */
export function readPepper(given: Pepper): BearerHashes {
  const { current, keys: bytes } = readOptions(given, NAMES, { name: 'pepper' });
  const keys = readKeys(bytes, preparePepper, 'pepper.');
  requireCurrent(current, keys, 'pepper.');
  const macOf = (name: string, text: string, key: HashedKey) => requireKey(keys, name)(concatBytes(keyContext(key), encodeUtf8(text)));
  return {
    current,
    hash: (text, key) => andThen(macOf(current, text, key), toBase64url),
    verify: (text, key) => {
      const expected = (key && fromBase64url(key.material)) ?? new Uint8Array(0);
      return andThen(macOf(key?.sealedWith ?? current, text, key ?? NOBODY), (mac) => key !== undefined && equalBytes(mac, expected));
    },
  };
}

const NOBODY: HashedKey = { keyid: 'prefix_live_0000000000000000', generation: 1, kind: 'bearer', tenant: '' };

function preparePepper(pepper: Uint8Array, name: string): AwaitableMac {
  if (!isBytes(pepper)) throw new TypeError(`${name} must be a Uint8Array`);
  if (pepper.length < 32) throw new RangeError(`${name} must be at least 32 bytes`);
  return prepareMac(new Uint8Array(pepper));
}
