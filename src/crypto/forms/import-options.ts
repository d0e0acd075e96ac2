/**
 * What the import functions take besides the key, read and checked.
 *
 * @module
 */

import { assertFlag } from '../../internal/assert.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import type { Algorithm } from '../algorithm.ts';
import { isAlgorithm } from '../key.ts';
import type { CryptoKeyLike } from '../runtime.ts';

/** Which algorithm a key is for. */
export interface ImportKeyOptions {
  /** The algorithm. Required for RSA keys whose form leaves it open; elsewhere it may only agree. */
  readonly algorithm?: Algorithm | undefined;
}

/** How a private key is kept. */
export interface ImportPrivateKeyOptions {
  /** Whether `exportPrivateKey…` may show it. Default: false. */
  readonly extractable?: boolean | undefined;
}

/** What belongs to a private CryptoKey. */
export interface ImportCryptoKeyOptions {
  /** Its public half. A non-extractable key does not show it: without it there is no thumbprint to be the `keyid`. */
  readonly publicKey?: CryptoKeyLike | undefined;
}

const PUBLIC: OptionNames<ImportKeyOptions> = { algorithm: true };

const RAW: OptionNames<ImportPrivateKeyOptions> = { extractable: true };

const PRIVATE: OptionNames<ImportKeyOptions & ImportPrivateKeyOptions> = { algorithm: true, extractable: true };

const CRYPTO_KEY: OptionNames<ImportCryptoKeyOptions> = { publicKey: true };

const HINTS = { elsewhere: { keyid: 'createSigner' } };

function checkAlgorithm(algorithm: Algorithm | undefined): Algorithm | undefined {
  if (algorithm !== undefined && !isAlgorithm(algorithm)) throw new TypeError('options.algorithm must be the name of an algorithm');
  return algorithm;
}

function checkExtractable(extractable = false): boolean {
  assertFlag(extractable, 'options.extractable');
  return extractable;
}

/** The algorithm asked for, if any. */
export function readPublicOptions(options: ImportKeyOptions = {}): Algorithm | undefined {
  return checkAlgorithm(readOptions(options, PUBLIC, HINTS).algorithm);
}

/** The algorithm asked for, if any, and whether the key may be exported. */
export function readPrivateOptions(options: ImportKeyOptions & ImportPrivateKeyOptions = {}): {
  readonly algorithm: Algorithm | undefined;
  readonly extractable: boolean;
} {
  const { algorithm, extractable } = readOptions(options, PRIVATE, HINTS);
  return { algorithm: checkAlgorithm(algorithm), extractable: checkExtractable(extractable) };
}

/** Whether a key of raw bytes may be exported. */
export function readRawOptions(options: ImportPrivateKeyOptions = {}): boolean {
  return checkExtractable(readOptions(options, RAW, HINTS).extractable);
}

/** The public half of a private CryptoKey, if it is given. */
export function readCryptoKeyOptions(options: ImportCryptoKeyOptions = {}): CryptoKeyLike | undefined {
  return readOptions(options, CRYPTO_KEY, HINTS).publicKey;
}
