/**
 * The keys that are in use, ready to verify: looked up once, and kept until they change.
 *
 * @module
 */

import { hmacKey } from '../../crypto/hmac/hmac.ts';
import type { VerificationKey } from '../../crypto/key.ts';
import { createPublicKey } from '../../crypto/key-pair.ts';
import { type Awaitable, andThen, isThenable } from '../../internal/awaitable.ts';
import { decodeUtf8, encodeUtf8 } from '../../internal/utf8.ts';
import type { Consumer, Proof } from '../../signature/consumer.ts';
import type { KeyRecord } from '../../signature/key-record.ts';
import type { Alarm } from '../alarm.ts';
import { ApiKeyError } from '../api-key-error.ts';
import type { ApiKeysSetup } from '../options.ts';
import { keyContext } from '../sealing/key-context.ts';
import type { SecretSealer } from '../sealing/sealer.ts';
import type { StoredKey } from '../store/record.ts';
import { RevisionFeed } from './revision-feed.ts';

/** A key, ready. */
export interface ReadyKey {
  readonly key: StoredKey;
  /** What verifies; `undefined` for a bearer key. */
  readonly verificationKey: VerificationKey | undefined;
  /** As `resolveKey` answers it; `undefined` for a bearer key, which signs nothing. */
  readonly record: KeyRecord | undefined;
  /** From then on it is made ready anew. */
  readonly until: number;
}

/** Names that no store is asked for. */
const MAX_KEYID = 256;

/** Unknown keyids that are remembered. */
const MAX_UNKNOWN = 100_000;

/** Looks keys up. */
export class KeyRing {
  readonly feed: RevisionFeed;
  readonly #setup: ApiKeysSetup;
  readonly #alarm: Alarm;
  readonly #onUse: (key: StoredKey) => void;
  readonly #ready = new Map<string, ReadyKey>();
  readonly #unknown = new Set<string>();
  readonly #loading = new Map<string, Promise<ReadyKey | undefined>>();

  constructor(setup: ApiKeysSetup, alarm: Alarm, onUse: (key: StoredKey) => void) {
    this.#setup = setup;
    this.#alarm = alarm;
    this.#onUse = onUse;
    this.feed = new RevisionFeed(setup, (keyids) => this.forget(keyids), alarm);
  }

  /** The key of a keyid, as it was at most `revocationDelay` ago. Rejects if that cannot be told. */
  find(keyid: string): Awaitable<ReadyKey | undefined> {
    const ready = this.feed.ready();
    return isThenable(ready) ? ready.then(() => this.#find(keyid)) : this.#find(keyid);
  }

  /** Forgets keys, known and unknown, or all: what is being looked up is not kept either. */
  forget(keyids: readonly string[] | undefined): void {
    for (const kept of [this.#ready, this.#unknown, this.#loading])
      if (keyids === undefined) kept.clear();
      else for (const keyid of keyids) kept.delete(keyid);
  }

  #find(keyid: string): Awaitable<ReadyKey | undefined> {
    const ready = this.#ready.get(keyid);
    if (ready !== undefined && this.#setup.now() < ready.until) return this.#used(keyid, ready);
    if (keyid.length > MAX_KEYID || this.#unknown.has(keyid)) return undefined;
    return this.#loading.get(keyid) ?? this.#load(keyid);
  }

  /** The latest used stand last, once it matters. */
  #used(keyid: string, ready: ReadyKey): ReadyKey {
    if (this.#ready.size * 2 > this.#setup.maxCachedKeys) {
      this.#ready.delete(keyid);
      this.#ready.set(keyid, ready);
    }
    return ready;
  }

  #load(keyid: string): Promise<ReadyKey | undefined> {
    const loading = this.#read(keyid).then(
      (ready) => {
        if (this.#loading.get(keyid) === loading) this.#keep(keyid, ready);
        return ready;
      },
      (error: unknown) => {
        if (this.#loading.get(keyid) === loading) this.#loading.delete(keyid);
        throw error;
      },
    );
    this.#loading.set(keyid, loading);
    return loading;
  }

  /** Not called for what changed while it was read. */
  #keep(keyid: string, ready: ReadyKey | undefined): void {
    this.#loading.delete(keyid);
    if (ready === undefined) keepAtMost(this.#unknown.add(keyid), MAX_UNKNOWN);
    else keepAtMost(this.#ready.set(keyid, ready), this.#setup.maxCachedKeys);
  }

  async #read(keyid: string): Promise<ReadyKey | undefined> {
    const { store, environment, now, cacheFor } = this.#setup;
    const key = await store.get(keyid);
    if (key === undefined || key.environment !== environment) return undefined;
    const verificationKey = await this.#prepare(key);
    return { key, verificationKey, record: verificationKey && this.#recordOf(key, verificationKey), until: now() + cacheFor };
  }

  async #prepare(key: StoredKey): Promise<VerificationKey | undefined> {
    if (key.kind === 'bearer') return undefined;
    const material = await this.#openMaterial(key);
    if (key.kind === 'hmac') return hmacKey(material, { insecurelyAllowShortSecret: true });
    return createPublicKey('ed25519', { kty: 'OKP', crv: 'Ed25519', x: decodeUtf8(material)! });
  }

  async #openMaterial(key: StoredKey): Promise<Uint8Array> {
    try {
      return await openMaterial(key, this.#setup.sealer);
    } catch (error) {
      const code = error instanceof ApiKeyError ? error.code : undefined;
      if (code === 'sealed_mismatch' || code === 'master_key_unknown') this.#alarm({ action: code, keyid: key.keyid, cause: error });
      throw error;
    }
  }

  #recordOf(key: StoredKey, inner: VerificationKey): KeyRecord {
    const verify: VerificationKey['verify'] = (base, signature) =>
      andThen(inner.verify(base, signature), (holds) => {
        if (holds === true) this.#onUse(key);
        return holds;
      });
    return Object.freeze({
      key: Object.freeze({ algorithm: inner.algorithm, verify }),
      tenant: key.tenant,
      status: key.status,
      notBefore: key.notBefore,
      notAfter: key.notAfter,
      rotatedOut: rotationOf(key),
      scopes: key.scopes,
      consumer: consumerOf(key, 'signature'),
      metadata: key.metadata,
    });
  }
}

/** The secret, or the text of a public key, whatever master key it is sealed with. */
export async function openMaterial(key: StoredKey, sealer: SecretSealer | undefined): Promise<Uint8Array> {
  if (sealer !== undefined) return sealer.open(key.material, keyContext(key));
  // A public key is no secret: without a sealer it is kept as it is.
  if (key.kind === 'ed25519' && key.sealedWith === undefined) return encodeUtf8(key.material);
  throw new ApiKeyError('master_key_unknown', 'createApiKeys has no sealer, which keys of this kind need');
}

/** A rotation as the owner of the key is told of it. */
export function rotationOf({ replacedBy, overlapUntil }: StoredKey): { readonly until: number; readonly by: string } | undefined {
  return replacedBy === undefined || overlapUntil === undefined ? undefined : Object.freeze({ until: overlapUntil, by: replacedBy });
}

/** Who calls with a key. */
export function consumerOf(key: StoredKey, proof: Proof): Consumer {
  const { keyid, tenant, owner, scopes, series, limits, labels, metadata } = key;
  return Object.freeze({ keyid, tenant, owner, scopes, series, proof, rotatedOut: rotationOf(key), limits, labels, metadata });
}

/** The first put in go first. */
function keepAtMost<Key>(kept: { readonly size: number; keys(): IterableIterator<Key>; delete(key: Key): boolean }, max: number): void {
  if (kept.size > max) kept.delete(kept.keys().next().value as Key);
}
