/**
 * Keys from shared secrets, as a database has them: the secret of a keyid, or a row with it.
 *
 * Preparing an HMAC key costs as much as verifying with it. So what was prepared is kept, in a cache that belongs to the resolver,
 * and used as long as the look-up answers the same secret. The look-up itself is made for every message: a secret that was changed or
 * removed counts no longer, at once.
 *
 * @module
 */

import { hmacKey, type Secret } from '../crypto/hmac/hmac.ts';
import { requireSwitches, type SecretOptions } from '../crypto/hmac/secret.ts';
import type { VerificationKey } from '../crypto/key.ts';
import { isCryptoKey } from '../crypto/runtime.ts';
import { assertFunction, assertInteger } from '../internal/assert.ts';
import { type Awaitable, andThen } from '../internal/awaitable.ts';
import { equalBytes, isBytes } from '../internal/bytes.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import type { KeyLookup, KeyRecord, ResolveKey } from './key-record.ts';

/** A secret with what the provider knows about it: a key record whose keys are made of its secrets. */
export interface SecretRecord extends Omit<KeyRecord, 'key'> {
  /** One secret, or several while they overlap in a rotation. */
  readonly secret: Secret | readonly Secret[];
}

/** What a look-up of a secret answers; nothing (`null` too: object mappers answer it) if there is no such keyid. */
export type SecretLookup = Secret | SecretRecord | null | undefined;

/** How secrets become keys. */
export interface HmacSecretsOptions extends SecretOptions {
  /** How many keyids' prepared keys are kept, the latest used; 1,000 by default. Others are prepared anew. */
  readonly maxKeys?: number | undefined;
}

const OPTIONS: OptionNames<HmacSecretsOptions> = { maxKeys: true, insecurelyAllowShortSecret: true, insecurelyAllowInBrowser: true };

/** A secret and the key that was made of it. A secret of bytes is a copy: whose bytes are changed in place is another one. */
interface Prepared {
  readonly secret: Secret;
  readonly key: VerificationKey;
}

/**
 * Creates a `resolveKey` of a look-up of secrets: `resolveKey: hmacSecrets(async (keyid) => (await findKey(keyid))?.secret)`.
 *
 * The look-up answers a secret (text, of which the UTF-8 bytes count, bytes, or an HMAC `CryptoKey`), a record that holds it beside tenant,
 * status and dates, or `undefined` or `null` if there is no such keyid. It must throw if it cannot tell: that is answered with 503.
 * Any other answer, an empty text among them, and a secret that `hmacKey` refuses, are a fault of the application, and answered so too.
 *
 * @param find the look-up, called for every message with the keyid and with what the message claims, of which nothing is proved
 * @throws {TypeError | RangeError} If `find` is no function or an option is unusable.
 */
export function hmacSecrets(
  find: (keyid: string, untrusted: UnverifiedSignature) => Awaitable<SecretLookup>,
  options: HmacSecretsOptions = {},
): ResolveKey {
  assertFunction(find, 'find');
  const { maxKeys = 1000, ...secretOptions } = readOptions(options, OPTIONS);
  assertInteger(maxKeys, 'maxKeys', 1, 1_000_000);
  requireSwitches(secretOptions);
  const cache = new PreparedKeys(maxKeys, secretOptions);
  return (keyid, untrusted) => andThen(find(keyid, untrusted), (found) => toKeys(keyid, found, cache));
}

const isSecret = (value: unknown): value is Secret => typeof value === 'string' || isBytes(value) || isCryptoKey(value);

function toKeys(keyid: string, found: SecretLookup, cache: PreparedKeys): KeyLookup {
  if (found === undefined || found === null) return cache.forget(keyid);
  if (isSecret(found)) return cache.keysOf(keyid, [found])[0];
  const secret = typeof found === 'object' ? memberOf(found, 'secret') : undefined;
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length === 0 || !secrets.every(isSecret)) throw unusable();
  return { ...detailsOf(found), key: cache.keysOf(keyid, secrets) };
}

function unusable(): TypeError {
  return new TypeError('find must answer a secret, a record { secret, … }, or undefined if there is none');
}

const DETAILS = ['tenant', 'status', 'notBefore', 'notAfter', 'canonicalKeyid', 'scopes', 'metadata'] as const;

/** What a record says besides; null, which object mappers answer, is absence. */
function detailsOf(found: object): Omit<KeyRecord, 'key'> {
  const details: Record<string, unknown> = {};
  for (const name of DETAILS) {
    const value = memberOf(found, name);
    if (value !== undefined && value !== null) details[name] = value;
  }
  return details;
}

/** The latest used keys, by keyid. Only keyids that exist are in it, so that whoever makes up names drives nobody's out. */
class PreparedKeys {
  readonly #keys = new Map<string, readonly Prepared[]>();
  readonly #max: number;
  readonly #options: SecretOptions;

  constructor(max: number, options: SecretOptions) {
    this.#max = max;
    this.#options = options;
  }

  forget(keyid: string): undefined {
    this.#keys.delete(keyid);
  }

  /** The keys of these secrets, in their order; those that were there before are not prepared again, and no others are kept. */
  keysOf(keyid: string, secrets: readonly Secret[]): readonly VerificationKey[] {
    const before = this.#keys.get(keyid) ?? [];
    const isSame = before.length === secrets.length && before.every(({ secret }, index) => isEqual(secret, secrets[index]!));
    // The latest used stand last; and a secret that is replaced is not kept, whatever comes of the new one.
    this.#keys.delete(keyid);
    const prepared = isSame ? before : this.#prepare(before, secrets);
    this.#keys.set(keyid, prepared);
    if (this.#keys.size > this.#max) this.#keys.delete(this.#keys.keys().next().value!);
    return prepared.map(({ key }) => key);
  }

  #prepare(before: readonly Prepared[], secrets: readonly Secret[]): readonly Prepared[] {
    return secrets.map((secret) => before.find((one) => isEqual(one.secret, secret)) ?? this.#prepareOne(secret));
  }

  #prepareOne(secret: Secret): Prepared {
    if (secret === '') throw new TypeError('find answered an empty secret: answer undefined where there is none');
    return { secret: isBytes(secret) ? new Uint8Array(secret) : secret, key: hmacKey(secret, this.#options) };
  }
}

function isEqual(one: Secret, other: Secret): boolean {
  return one === other || (isBytes(one) && isBytes(other) && equalBytes(one, other));
}
