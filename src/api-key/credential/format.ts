/**
 * What keys look like: `<prefix>_<environment>_<id>` is public, and names the key; behind it the secret carries that name, so that
 * whoever finds one knows which key to revoke.
 *
 *     keyid            bank_live_4nQe0ZsX9TbKpL2c
 *     bearer key       bank_live_4nQe0ZsX9TbKpL2c_<43 of 32 random bytes><6 of the checksum>
 *     signing secret   bank_live_sec_4nQe0ZsX9TbKpL2c_<43><6>
 *
 * Prefixes may hold `_`, the rest has fixed lengths: so it is read from the right. The checksum is over everything before it.
 *
 * @module
 */

import { drawBytes, type RandomBytes } from '../../crypto/random.ts';
import { base62, bigEndian } from './base62.ts';
import { crc32 } from './crc32.ts';

const ID_LENGTH = 16;

const SECRET_LENGTH = 43;

const CHECKSUM_LENGTH = 6;

/** The longest key there can be. */
const MAX_LENGTH = 128;

/**
 * Finds keys and signing secrets of this format in text, whatever their prefix: for secret scanners, whose engines all take it. It asks
 * for no boundary around them: a key that is stuck to other text has leaked as well, and engines differ about what a boundary is.
 * Check what it finds with `parseKey`, which knows the checksum.
 */
export const KEY_PATTERN: string = '[a-z][a-z0-9_]{1,15}_[a-z]{2,8}_(?:sec_)?[0-9A-Za-z]{16}_[0-9A-Za-z]{49}';

/** A key or signing secret, read. */
export interface ParsedKey {
  /** A bearer key, or the secret of kind `hmac`. */
  readonly kind: 'bearer' | 'hmac';
  /** The name of the key: public. */
  readonly keyid: string;
  /** Whose key it is: the provider's prefix. */
  readonly prefix: string;
  /** What it is for: `live`, `test`. */
  readonly environment: string;
}

const PREFIX = /^[a-z][a-z0-9_]{1,15}$/;

const ENVIRONMENT = /^[a-z]{2,8}$/;

/** Reads from the right: what is before the last fixed parts is the prefix. No environment is called `sec`. */
const KEY = /^([a-z][a-z0-9_]{1,15})_((?!sec_)[a-z]{2,8})_(sec_)?([0-9A-Za-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** Requires a prefix. @throws {TypeError | RangeError} */
export function assertPrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string') throw new TypeError('prefix must be a string');
  if (!PREFIX.test(prefix)) throw new RangeError('prefix must be 2 to 16 lower-case letters, digits and _, a letter first');
  if (prefix.endsWith('_')) throw new RangeError('prefix must not end with _');
}

/** Requires an environment. @throws {TypeError | RangeError} */
export function assertEnvironment(environment: unknown): asserts environment is string {
  if (typeof environment !== 'string') throw new TypeError('environment must be a string');
  if (!ENVIRONMENT.test(environment)) throw new RangeError('environment must be 2 to 8 lower-case letters');
  if (environment === 'sec') throw new RangeError("environment must not be 'sec', which marks signing secrets");
}

/** A new public name. */
export function newKeyid(prefix: string, environment: string, randomBytes: RandomBytes): string {
  return `${prefix}_${environment}_${base62(bigEndian(drawBytes(randomBytes, ID_LENGTH)), ID_LENGTH)}`;
}

/** A new key or signing secret of a public name, with 32 random bytes. */
export function newKeyText(kind: ParsedKey['kind'], keyid: string, randomBytes: RandomBytes): string {
  const secret = base62(bigEndian(drawBytes(randomBytes, 32)), SECRET_LENGTH);
  const text = `${visibleStart(kind, keyid)}${secret}`;
  return text + checksum(text);
}

/** What a key or signing secret shows of itself, before its secret begins. */
function visibleStart(kind: ParsedKey['kind'], keyid: string): string {
  if (kind === 'bearer') return `${keyid}_`;
  const at = keyid.length - ID_LENGTH;
  return `${keyid.slice(0, at)}sec_${keyid.slice(at)}_`;
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

/**
 * Reads a bearer key or a signing secret; `undefined` if it is none, or its checksum is wrong: mistyped, cut, or made up. That it was
 * issued, only its look-up can tell.
 */
export function parseKey(text: string): ParsedKey | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined;
  const parts = KEY.exec(text);
  if (parts === null) return undefined;
  const [, prefix, environment, isSecret, id, , sum] = parts as unknown as readonly string[];
  if (sum !== checksum(text.slice(0, -CHECKSUM_LENGTH))) return undefined;
  return Object.freeze({
    kind: isSecret ? ('hmac' as const) : ('bearer' as const),
    keyid: `${prefix}_${environment}_${id}`,
    prefix: prefix!,
    environment: environment!,
  });
}
