/**
 * What becomes of a key: changed, disabled and enabled, rotated, revoked.
 *
 * @module
 */

import type { PublicKey } from '../crypto/key.ts';
import { jwkThumbprint } from '../crypto/thumbprint.ts';
import { assertInteger, assertText } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { ApiKeyError } from './api-key-error.ts';
import { newKeyid } from './credential/format.ts';
import { DETAIL_NAMES, type KeyDetails, readDetails, readDuration, readText } from './details.ts';
import { type KeyIssuer, readActor, requireEd25519 } from './issue.ts';
import { IssuedKey } from './issued-key.ts';
import { type ChangeOptions, changedMeanwhile, type KeyWriter } from './key-writer.ts';
import type { ApiKeysSetup } from './options.ts';
import type { KeyAction } from './store/key-store.ts';
import { type ApiKey, type KeyStatus, type StoredKey, stateOf } from './store/record.ts';

/** What changes of a key; what is absent stays. */
export interface UpdateOptions extends KeyDetails, ChangeOptions {
  /** When it ends by itself, from now on; `null`: never. */
  readonly expiresIn?: number | null | undefined;
}

/** Why, and who says so. */
export interface ReasonOptions extends ChangeOptions {
  /** Why; it is kept with the key. */
  readonly reason?: string | undefined;
}

/** Why a key is revoked. */
export interface RevokeOptions extends ChangeOptions {
  /** For the audit, and for the owner. */
  readonly reason: string;
  /** All keys that succeeded each other, not this one alone. Default: false. */
  readonly series?: boolean | undefined;
}

/** How one key follows another. */
export interface RotateOptions extends ChangeOptions {
  /** Seconds for which both count; 0 ends the old one at once, which is right for one that leaked. */
  readonly overlap: number;
  /** When the new one ends by itself, from now; default: it lives as long as the old one was to. */
  readonly expiresIn?: number | undefined;
}

const CHANGE: OptionNames<ChangeOptions> = { actor: true, ifRevision: true };

const UPDATE: OptionNames<UpdateOptions> = /* @__PURE__ */ (() => ({ ...DETAIL_NAMES, ...CHANGE, expiresIn: true }))();

const REASON: OptionNames<ReasonOptions> = /* @__PURE__ */ (() => ({ ...CHANGE, reason: true }))();

const REVOKE: OptionNames<RevokeOptions> = /* @__PURE__ */ (() => ({ ...CHANGE, reason: true, series: true }))();

const ROTATE: OptionNames<RotateOptions> = /* @__PURE__ */ (() => ({ ...CHANGE, overlap: true, expiresIn: true }))();

/** Changes keys. */
export class KeyLife {
  readonly #setup: ApiKeysSetup;
  readonly #writer: KeyWriter;
  readonly #issuer: KeyIssuer;

  constructor(setup: ApiKeysSetup, writer: KeyWriter, issuer: KeyIssuer) {
    this.#setup = setup;
    this.#writer = writer;
    this.#issuer = issuer;
  }

  /** Changes what is said of a key. */
  async update(keyid: string, options: UpdateOptions): Promise<ApiKey> {
    const read = readOptions(options, UPDATE, { elsewhere: { overlap: 'rotate', owner: 'issue', reason: 'revoke' } });
    readDetails(read);
    const { expiresIn } = read;
    const life = expiresIn === undefined || expiresIn === null ? expiresIn : readDuration(expiresIn, 'expiresIn');
    return this.#change(keyid, 'updated', read, (key, now) => {
      requireNotFinal(key);
      const notAfter = life === undefined ? key.notAfter : life === null ? undefined : now + life;
      return { ...key, ...readDetails(read, key), notAfter };
    });
  }

  /** Stops a key until it is enabled. */
  async disable(keyid: string, options: ReasonOptions): Promise<ApiKey> {
    return this.#decide(keyid, 'disabled', 'disabled', readOptions(options, REASON));
  }

  /** Lets a pending or disabled key count. */
  async enable(keyid: string, options: ReasonOptions): Promise<ApiKey> {
    return this.#decide(keyid, 'active', 'enabled', readOptions(options, REASON));
  }

  /** Ends a key for ever. */
  async revoke(keyid: string, options: RevokeOptions): Promise<ApiKey> {
    const read = readOptions(options, REVOKE);
    const { series = false } = read;
    assertText(read.reason, 'reason');
    if (typeof series !== 'boolean') throw new TypeError('series must be true or false');
    const revoked = await this.#decide(keyid, 'revoked', 'revoked', read);
    if (series)
      for (const other of await this.#others(revoked)) await this.#decide(other, 'revoked', 'revoked', { ...read, ifRevision: undefined });
    return revoked;
  }

  /** Asked after the key itself is revoked: a revoked key has no new successor, so that none is missed. */
  async #others({ series, keyid, tenant }: ApiKey): Promise<readonly string[]> {
    const filter = { ...this.#writer.everything(), series, tenant, limit: 1000 };
    const keys = await this.#setup.store.list(filter);
    return keys.filter((key) => key.keyid !== keyid && key.status !== 'revoked').map((key) => key.keyid);
  }

  /** A successor with a new secret. */
  async rotate(keyid: string, options: RotateOptions): Promise<IssuedKey> {
    const { prefix, environment, randomBytes } = this.#setup;
    let secret = '';
    const key = await this.#succeed(keyid, options, async (blank, before) => {
      if (before.kind === 'ed25519') throw new TypeError('keyid is of a public key: rotateTo takes the new one');
      this.#issuer.requireKind(before.kind);
      const made = await this.#issuer.withSecret({ ...blank, keyid: newKeyid(prefix, environment, randomBytes) });
      secret = made.secret;
      return made.key;
    });
    return new IssuedKey(key, secret);
  }

  /** A successor with another public key. */
  async rotateTo(keyid: string, publicKey: PublicKey, options: RotateOptions): Promise<ApiKey> {
    const x = requireEd25519(publicKey);
    const thumbprint = await jwkThumbprint(publicKey.jwk);
    return this.#succeed(keyid, options, async (blank, before) => {
      if (before.kind !== 'ed25519') throw new TypeError('keyid is of a key with a secret: rotate makes the new one');
      return this.#issuer.withPublicKey({ ...blank, keyid: thumbprint }, x);
    });
  }

  async #succeed(
    keyid: string,
    options: RotateOptions,
    make: (blank: StoredKey, before: StoredKey) => Promise<StoredKey>,
  ): Promise<ApiKey> {
    const read = readOptions(options, ROTATE);
    const overlap = readDuration(read.overlap, 'overlap', 0);
    const life = read.expiresIn === undefined ? undefined : readDuration(read.expiresIn, 'expiresIn');
    const actor = readActor(read.actor);
    requireRevision(read.ifRevision);
    const before = await this.#writer.require(keyid);
    if (read.ifRevision !== undefined && before.revision !== read.ifRevision) throw changedMeanwhile();
    const now = this.#setup.now();
    requireRotatable(before, now, overlap);
    const key = await make(successorOf(before, now, life), before);
    const old: StoredKey = { ...before, replacedBy: key.keyid, overlapUntil: now + overlap };
    const about = { at: now, actor };
    // The new one first: whoever reads of a successor finds it.
    const events = await this.#writer.write([
      { key, before: undefined, action: 'issued', ...about },
      { key: old, before, action: 'rotated', ...about },
    ]);
    if (events === undefined) throw changedMeanwhile();
    return events[0]!.after!;
  }

  /** Decides on a status; decided so before, nothing is written. */
  async #decide(keyid: string, status: KeyStatus, action: KeyAction, options: ReasonOptions): Promise<ApiKey> {
    const reason = options.reason === undefined ? undefined : readText(options.reason, 'reason');
    return this.#change(keyid, action, options, (key, now) => {
      if (status !== 'revoked') requireNotFinal(key);
      return key.status === status ? key : { ...key, status, statusAt: now, reason };
    });
  }

  async #change(
    keyid: string,
    action: KeyAction,
    options: ChangeOptions,
    change: (key: StoredKey, now: number) => StoredKey,
  ): Promise<ApiKey> {
    const actor = readActor(options.actor);
    requireRevision(options.ifRevision);
    return this.#writer.change(keyid, action, { ...options, actor }, change);
  }
}

function requireRevision(revision: unknown): void {
  if (revision !== undefined) assertInteger(revision, 'ifRevision');
}

function requireNotFinal({ status }: StoredKey): void {
  if (status === 'revoked') throw new ApiKeyError('key_final', 'the key is revoked, for ever: issue another one');
}

function requireRotatable(key: StoredKey, now: number, overlap: number): void {
  requireNotFinal(key);
  if (key.replacedBy !== undefined) throw new ApiKeyError('conflict', 'the key was rotated already: rotate its successor');
  if (key.status === 'disabled') throw new ApiKeyError('conflict', 'the key is disabled: enable it first');
  if (key.notAfter !== undefined && now + overlap > key.notAfter + 1 && (overlap > 0 || stateOf(key, now) !== 'expired'))
    throw new ApiKeyError('overlap_too_long', 'the key ends before the overlap does: shorten it');
}

/** The next of a series, with everything but a name and material of its own. */
function successorOf(before: StoredKey, now: number, life: number | undefined): StoredKey {
  const inherited = before.notAfter === undefined ? undefined : before.notAfter - before.createdAt;
  const expiresIn = life ?? inherited;
  return {
    ...before,
    generation: before.generation + 1,
    createdAt: now,
    statusAt: now,
    status: 'active',
    reason: undefined,
    notBefore: undefined,
    notAfter: expiresIn === undefined ? undefined : now + expiresIn,
    replacedBy: undefined,
    overlapUntil: undefined,
    lastUsedAt: undefined,
    uses: 0,
    revision: 0,
  };
}
