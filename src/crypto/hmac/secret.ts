/**
 * The secrets of HMAC: how they become bytes, and what is refused as one.
 *
 * A text is its UTF-8 bytes, exactly as the HMAC functions of other languages take it. It is never guessed to be hex
 * or base64: where it is, decode it with `decodeHex` or `decodeBase64url` of `countersign/key-pairs`.
 *
 * @see RFC 2104, section 3 (length)
 * @module
 */

import { assertFlag, assertNoPromise } from '../../internal/assert.ts';
import { isBytes } from '../../internal/bytes.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { encodeUtf8, isWellFormed } from '../../internal/utf8.ts';
import { isOtherKey } from '../other-key.ts';
import { drawBytes, type RandomBytes, systemRandomBytes } from '../random.ts';
import { isBrowser } from '../runtime.ts';

/** Both are refused unless named at the call. */
export interface SecretOptions {
  /** Takes secrets of 16 to 31 bytes, which others have issued. Under 16 there is no way. Default: false. */
  readonly insecurelyAllowShortSecret?: boolean | undefined;
  /**
   * Takes a secret in a page or its workers. Whoever opens the page can read it and sign as you: use Ed25519 keys there, or a
   * non-extractable `CryptoKey`. Right for tests, and for pages whose user owns the secret. Default: false.
   */
  readonly insecurelyAllowInBrowser?: boolean | undefined;
}

const OPTIONS: OptionNames<SecretOptions> = { insecurelyAllowShortSecret: true, insecurelyAllowInBrowser: true };

/** Where one looks for what is an option of another function. */
const ELSEWHERE = { keyid: 'hmacSigner', tenant: 'the key record' };

/** Most secrets come without options. */
const NONE: SecretOptions = /* @__PURE__ */ Object.freeze({
  insecurelyAllowShortSecret: false,
  insecurelyAllowInBrowser: false,
});

/** The options of a secret, read. */
export function readSecretOptions(options: SecretOptions | undefined): SecretOptions {
  if (options === undefined) return NONE;
  const read = readOptions(options, OPTIONS, { elsewhere: ELSEWHERE });
  requireSwitches(read);
  return read;
}

/** Requires that what weakens security is said with `true`. */
export function requireSwitches({ insecurelyAllowShortSecret = false, insecurelyAllowInBrowser = false }: SecretOptions): void {
  assertFlag(insecurelyAllowShortSecret, 'insecurelyAllowShortSecret');
  assertFlag(insecurelyAllowInBrowser, 'insecurelyAllowInBrowser');
}

const MIN_BYTES = 32;

const MIN_SHORT_BYTES = 16;

/** What no secret begins or ends with: white space, a byte order mark, and characters that nobody sees. */
const BLANK_ENDS = /^[\s\u0085\u180e\u200b-\u200f\u2060\ufeff]|[\s\u0085\u180e\u200b-\u200f\u2060\ufeff]$/;

const QUOTED = /^(["'`])[\s\S]*\1$|^\u201c[\s\S]*\u201d$/;

/**
 * The bytes of a secret, its own copy.
 *
 * @throws {TypeError | RangeError} Naming `secret`, never showing it.
 */
export function secretBytes(secret: string | Uint8Array, options: SecretOptions): Uint8Array<ArrayBuffer> {
  requireSecret(secret);
  const bytes = typeof secret === 'string' ? encodeUtf8(secret) : new Uint8Array(secret);
  const isShortAllowed = options.insecurelyAllowShortSecret === true;
  const min = isShortAllowed ? MIN_SHORT_BYTES : MIN_BYTES;
  if (bytes.length < min)
    throw new RangeError(
      `secret must be at least ${min} bytes, as generateSecret() makes them${isShortAllowed ? '' : ' (16 with insecurelyAllowShortSecret)'}`,
    );
  if (isOtherKey(bytes)) throw new TypeError('secret is a key for another algorithm (PEM, DER, JWK or SSH), not a secret');
  if (typeof secret === 'string') requireBareText(secret);
  if (options.insecurelyAllowInBrowser !== true && isBrowser()) {
    throw new TypeError('secret: whoever opens a page can read it; use an Ed25519 key, or insecurelyAllowInBrowser');
  }
  return bytes;
}

function requireSecret(secret: unknown): asserts secret is string | Uint8Array {
  assertNoPromise(secret, 'secret');
  if (secret === undefined) throw new TypeError('secret is undefined: is the variable of the environment set?');
  if (typeof secret === 'string' ? isWellFormed(secret) : isBytes(secret)) {
    if (typeof secret === 'string' && /^\[object \w+\]$/.test(secret)) throw new TypeError('secret is an object that was made a text');
    return;
  }
  const isJwk = typeof secret === 'object' && secret !== null && 'kty' in secret;
  throw new TypeError(`secret must be well-formed text, a Uint8Array or a CryptoKey${isJwk ? ': for a JWK there is secretFromJwk' : ''}`);
}

/** A line feed of the file it came from, or the quotes of a configuration, on one side only, make every signature wrong. */
function requireBareText(secret: string): void {
  if (BLANK_ENDS.test(secret))
    throw new TypeError('secret has white space or an invisible character at an end: trim it, or give its bytes if that belongs to it');
  if (QUOTED.test(secret)) throw new TypeError('secret stands in quotes: take them away, or give its bytes if they belong to it');
}

const GENERATE: OptionNames<GenerateSecretOptions> = { randomBytes: true };

/** What `generateSecret` takes. */
export interface GenerateSecretOptions {
  /** Where the bytes come from. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes | undefined;
}

/**
 * A new secret: 32 random bytes.
 *
 * @throws {TypeError} If an option is unusable, or the runtime has no source and none is given.
 */
export function generateSecret(options: GenerateSecretOptions = {}): Uint8Array {
  const { randomBytes = systemRandomBytes } = readOptions(options, GENERATE);
  return new Uint8Array(drawBytes(randomBytes, MIN_BYTES));
}
