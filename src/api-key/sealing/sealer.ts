/**
 * Secrets at rest. A signing secret must be had again to verify with it, so it is kept sealed: with a master key that the database
 * does not have, and bound to its key, so that neither a changed byte nor a row in another's place opens.
 *
 * @module
 */

import { type AesGcmKey, IV_BYTES, prepareAesGcm } from '../../crypto/aes-gcm.ts';
import { digest } from '../../crypto/digest.ts';
import { drawBytes, type RandomBytes, systemRandomBytes } from '../../crypto/random.ts';
import type { CryptoKeyLike } from '../../crypto/runtime.ts';
import { assertFunction, assertObject, assertText } from '../../internal/assert.ts';
import type { Awaitable } from '../../internal/awaitable.ts';
import { fromBase64url, toBase64url } from '../../internal/base64.ts';
import { concatBytes, equalBytes, isBytes } from '../../internal/bytes.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { ApiKeyError } from '../api-key-error.ts';
import { lengthPrefixed } from './key-context.ts';

/** Seals secrets, and opens them. `context` is what a secret belongs to: sealed for one, it must not open for another. */
export interface SecretSealer {
  /** The name of the master key that seals. */
  readonly current: string;
  /** A secret as text for the database. */
  seal(secret: Uint8Array, context: Uint8Array): Awaitable<string>;
  /** The secret. @throws {ApiKeyError} `master_key_unknown`, or `sealed_mismatch` if anything was changed. */
  open(sealed: string, context: Uint8Array): Awaitable<Uint8Array>;
}

/** Master keys. */
export interface AesGcmSealerOptions {
  /** The name of the key that seals; the others only open. */
  readonly current: string;
  /** Master keys by name: 32 bytes each, or a `CryptoKey` for AES-GCM. Names are letters, digits, `-` and `_`. */
  readonly keys: Readonly<Record<string, Uint8Array | CryptoKeyLike>>;
  /** Where the 12 bytes come from that differ for each secret. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes | undefined;
}

/** A key management service. */
export interface KmsSealerOptions {
  /** The name of the key in the service that seals now: kept with each secret. */
  readonly current: string;
  /** Encrypts; `context` may be given to the service, which need not know it: that it is the right one is checked here too. */
  readonly encrypt: (plain: Uint8Array, context: Uint8Array) => Awaitable<Uint8Array>;
  /** Decrypts, with the key of that name. It throws if it cannot. */
  readonly decrypt: (sealed: Uint8Array, context: Uint8Array, name: string) => Awaitable<Uint8Array>;
}

const AES: OptionNames<AesGcmSealerOptions> = { current: true, keys: true, randomBytes: true };

const KMS: OptionNames<KmsSealerOptions> = { current: true, encrypt: true, decrypt: true };

/**
 * Seals with AES-256-GCM. To bring a new master key: add it, make it `current`, deploy, and call `rewrap`; then take the old one away.
 *
 * @throws {TypeError | RangeError} If an option is unusable, or `current` is none of the keys.
 */
export function aesGcmSealer(options: AesGcmSealerOptions): SecretSealer {
  const { current, keys: given, randomBytes = systemRandomBytes } = readOptions(options, AES);
  assertFunction(randomBytes, 'randomBytes');
  const keys = readKeys(given, (key, name) => prepareAesGcm(key, name));
  requireCurrent(current, keys);
  return Object.freeze({
    current,
    seal: async (secret: Uint8Array, context: Uint8Array): Promise<string> => {
      const iv = new Uint8Array(drawBytes(randomBytes, IV_BYTES));
      return write(current, concatBytes(iv, await keys.get(current)!.seal(iv, secret, context)));
    },
    open: async (sealed: string, context: Uint8Array): Promise<Uint8Array> => {
      const { name, bytes } = read(sealed);
      return (await openWith(requireKey(keys, name), bytes, context)) ?? mismatch();
    },
  });
}

async function openWith(key: AesGcmKey, bytes: Uint8Array, context: Uint8Array): Promise<Uint8Array | undefined> {
  return bytes.length < IV_BYTES ? undefined : key.open(bytes.slice(0, IV_BYTES), bytes.slice(IV_BYTES), context);
}

/**
 * Seals with a key management service, as two functions. The hash of what a secret belongs to is encrypted with it, so that nothing
 * depends on whether the service knows of contexts.
 *
 * @throws {TypeError} If an option is unusable.
 */
export function kmsSealer(options: KmsSealerOptions): SecretSealer {
  const { current, encrypt, decrypt } = readOptions(options, KMS);
  assertName(current, 'current');
  assertFunction(encrypt, 'encrypt');
  assertFunction(decrypt, 'decrypt');
  return Object.freeze({
    current,
    seal: async (secret: Uint8Array, context: Uint8Array): Promise<string> =>
      write(current, requireBytes(await encrypt(concatBytes(await boundTo(current, context), secret), context), 'encrypt')),
    open: async (sealed: string, context: Uint8Array): Promise<Uint8Array> => {
      const { name, bytes } = read(sealed);
      const plain = requireBytes(await decrypt(bytes, context, name), 'decrypt');
      const bound = await boundTo(name, context);
      return plain.length > bound.length && equalBytes(plain.subarray(0, bound.length), bound) ? plain.slice(bound.length) : mismatch();
    },
  });
}

/** What a secret belongs to, and the name of the key that seals it: no character of the row can be changed. */
function boundTo(name: string, context: Uint8Array): Awaitable<Uint8Array> {
  return digest('sha-256', concatBytes(lengthPrefixed(name), context));
}

function requireBytes(value: unknown, name: string): Uint8Array {
  if (!isBytes(value)) throw new TypeError(`${name} must answer a Uint8Array`);
  return value;
}

// Names of master keys and peppers.

const NAME = /^[\w-]{1,64}$/;

function assertName(name: unknown, what: string): asserts name is string {
  assertText(name, what);
  if (!NAME.test(name)) throw new RangeError(`${what} must be letters, digits, - and _, 64 at the most`);
}

/** Keys by name, each prepared. `at` is what their object belongs to, such as `pepper.`. */
export function readKeys<Given, Key>(
  given: Readonly<Record<string, Given>>,
  prepare: (key: Given, name: string) => Key,
  at = '',
): ReadonlyMap<string, Key> {
  assertObject(given, `${at}keys`);
  return new Map(
    Object.entries(given).map(([name, key]) => {
      assertName(name, `a name in ${at}keys`);
      return [name, prepare(key, `${at}keys.${name}`)];
    }),
  );
}

/** Requires that the key that is used for what is new is there. */
export function requireCurrent(current: unknown, keys: ReadonlyMap<string, unknown>, at = ''): asserts current is string {
  assertName(current, `${at}current`);
  if (!keys.has(current)) throw new RangeError(`${at}current must be a name in ${at}keys`);
}

/** A key by its name. @throws {ApiKeyError} `master_key_unknown`. */
export function requireKey<Key>(keys: ReadonlyMap<string, Key>, name: string): Key {
  const key = keys.get(name);
  if (key === undefined) throw new ApiKeyError('master_key_unknown', `there is no master key or pepper ${name}: add it to keys again`);
  return key;
}

// Sealed secrets as text: version, name of the master key, bytes.

function write(name: string, bytes: Uint8Array): string {
  return `1.${name}.${toBase64url(bytes)}`;
}

function read(sealed: string): { readonly name: string; readonly bytes: Uint8Array } {
  const [version, name, text, ...others] = sealed.split('.');
  const bytes = fromBase64url(text ?? '');
  if (version !== '1' || name === undefined || bytes === undefined || others.length > 0) return mismatch();
  return { name, bytes };
}

function mismatch(): never {
  throw new ApiKeyError('sealed_mismatch', 'a sealed secret was changed, or stands in the place of another one');
}
