/**
 * What the material of a key belongs to, as bytes that no other key has: so that no row of a database serves for another.
 *
 * @module
 */

import { concatBytes } from '../../internal/bytes.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import type { StoredKey } from '../store/record.ts';

/** Keyid, generation, kind and tenant, each after its length. */
export function keyContext({ keyid, generation, kind, tenant }: Pick<StoredKey, 'keyid' | 'generation' | 'kind' | 'tenant'>): Uint8Array {
  return lengthPrefixed(keyid, String(generation), kind, tenant);
}

/** Texts, each after its length in four bytes: no two lists give the same. */
export function lengthPrefixed(...texts: readonly string[]): Uint8Array {
  return concatBytes(
    ...texts.flatMap((text) => {
      const bytes = encodeUtf8(text);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, bytes.length);
      return [length, bytes];
    }),
  );
}
