/**
 * How keys are issued, kept and looked up: the options of `createApiKeys`, read and checked.
 *
 * @module
 */

import { type RandomBytes, systemRandomBytes } from '../crypto/random.ts';
import { assertFunction, assertInteger, assertObject } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { clockOf } from '../runtime/time.ts';
import type { KeyEvent } from './alarm.ts';
import { assertEnvironment, assertPrefix } from './credential/format.ts';
import { type BearerHashes, type Pepper, readPepper } from './sealing/pepper.ts';
import type { SecretSealer } from './sealing/sealer.ts';
import type { KeyStore } from './store/key-store.ts';

/** How keys are issued, kept and looked up. Durations are whole seconds. */
export interface ApiKeysOptions {
  /** What keeps them: `sqlKeyStore(database)`, or `memoryKeyStore()` for tests. */
  readonly store: KeyStore;
  /** Seals signing secrets: `aesGcmSealer(…)` or `kmsSealer(…)`. Needed for keys of kind `hmac`. */
  readonly sealer?: SecretSealer | undefined;
  /** What bearer keys are hashed with. Needed for keys of kind `bearer`. */
  readonly pepper?: Pepper | undefined;
  /** What every key begins with, so that it is known at sight: 2 to 16 lower-case letters, digits and `_`. */
  readonly prefix: string;
  /** What these keys are for; keys of another environment in the same store do not count here. 2 to 8 lower-case letters; default `live`. */
  readonly environment?: string | undefined;
  /**
   * The longest time from a change (a revocation) to when it counts in every process: 10 by default, 2 to 3,600. Each process asks the
   * store once in half that time; one that cannot, refuses with 503 rather than answer what may be old. A read replica's lag comes on top.
   */
  readonly revocationDelay?: number | undefined;
  /** Looked-up keys that are kept ready, the latest used; 10,000 by default. */
  readonly maxCachedKeys?: number | undefined;
  /** How long an opened secret is kept ready before it is opened again; 3,600 by default. */
  readonly cacheFor?: number | undefined;
  /** Usable keys of one owner at the most; 20 by default. Two calls at once may exceed it. */
  readonly maxKeysPerOwner?: number | undefined;
  /** Told of every change, for the audit log, and of what somebody should look at. What it throws is reported on the console. */
  readonly onEvent?: ((event: KeyEvent) => void) | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
  /** Where names and secrets come from. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes | undefined;
}

const NAMES: OptionNames<ApiKeysOptions> = {
  store: true,
  sealer: true,
  pepper: true,
  prefix: true,
  environment: true,
  revocationDelay: true,
  maxCachedKeys: true,
  cacheFor: true,
  maxKeysPerOwner: true,
  onEvent: true,
  now: true,
  randomBytes: true,
};

/** The options, checked, with their defaults. */
export interface ApiKeysSetup {
  readonly store: KeyStore;
  readonly sealer: SecretSealer | undefined;
  readonly hashes: BearerHashes | undefined;
  readonly prefix: string;
  readonly environment: string;
  readonly revocationDelay: number;
  readonly maxCachedKeys: number;
  readonly cacheFor: number;
  readonly maxKeysPerOwner: number;
  readonly onEvent: ((event: KeyEvent) => void) | undefined;
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/** Reads the options. @throws {TypeError | RangeError} If one is missing, unknown or unusable. */
export function readApiKeysOptions(options: ApiKeysOptions): ApiKeysSetup {
  const read = readOptions(options, NAMES, { elsewhere: { overlap: 'rotate', scopes: 'issue', realm: 'the places of authenticate' } });
  const { store, sealer, prefix, environment = 'live', onEvent, randomBytes = systemRandomBytes } = read;
  const { revocationDelay = 10, maxCachedKeys = 10_000, cacheFor = 3600, maxKeysPerOwner = 20 } = read;
  assertStore(store);
  if (sealer !== undefined) assertSealer(sealer);
  assertPrefix(prefix);
  assertEnvironment(environment);
  assertInteger(revocationDelay, 'revocationDelay', 2, 3600);
  assertInteger(maxCachedKeys, 'maxCachedKeys', 1, 10_000_000);
  assertInteger(cacheFor, 'cacheFor', 1, 86_400);
  assertInteger(maxKeysPerOwner, 'maxKeysPerOwner', 1, 1_000_000);
  if (onEvent !== undefined) assertFunction(onEvent, 'onEvent');
  assertFunction(randomBytes, 'randomBytes');
  const hashes = read.pepper === undefined ? undefined : readPepper(read.pepper);
  const numbers = { revocationDelay, maxCachedKeys, cacheFor, maxKeysPerOwner };
  return { store, sealer, hashes, prefix, environment, ...numbers, onEvent, now: clockOf(read.now), randomBytes };
}

function assertStore(store: unknown): asserts store is KeyStore {
  assertObject(store, 'store');
  for (const name of ['get', 'list', 'write', 'revision', 'changes', 'touch'] as const)
    assertFunction((store as Partial<KeyStore>)[name], `store.${name}`);
}

function assertSealer(sealer: unknown): asserts sealer is SecretSealer {
  assertObject(sealer, 'sealer');
  assertFunction((sealer as Partial<SecretSealer>).seal, 'sealer.seal');
  assertFunction((sealer as Partial<SecretSealer>).open, 'sealer.open');
  if (typeof (sealer as Partial<SecretSealer>).current !== 'string') throw new TypeError('sealer.current must be a string');
}
