/**
 * New keys: issued with a secret of ours, or imported with one that is there.
 *
 * @module
 */

import { type SecretOptions, secretBytes } from '../crypto/hmac/secret.ts';
import type { Jwk } from '../crypto/jwk.ts';
import { PublicKey } from '../crypto/key.ts';
import { assertKeyid } from '../crypto/signer.ts';
import { jwkThumbprint } from '../crypto/thumbprint.ts';
import { assertFlag, assertTime } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { encodeUtf8 } from '../internal/utf8.ts';
import { ApiKeyError } from './api-key-error.ts';
import { newKeyid, newKeyText } from './credential/format.ts';
import { NEW_KEY_NAMES, type NewKey, readDetails, readDuration, readText } from './details.ts';
import { idempotencyClaim } from './idempotency.ts';
import { IssuedKey } from './issued-key.ts';
import type { KeyWriter } from './key-writer.ts';
import type { ApiKeysSetup } from './options.ts';
import { keyContext } from './sealing/key-context.ts';
import type { KeyAction } from './store/key-store.ts';
import type { ApiKey, StoredKey } from './store/record.ts';

/** A key to be issued. */
export interface IssueOptions extends NewKey {
  /** `hmac`: keyid and secret, to sign with. `bearer`: a key that only identifies. */
  readonly kind: 'hmac' | 'bearer';
  /** Issues once: a second call with the same text is `key_exists`. For callers that try again after a lost answer. */
  readonly idempotencyKey?: string | undefined;
}

/** A key to be imported. */
export interface ImportOptions extends NewKey {
  /** The name it is known by; by default a new one, and of a public key its thumbprint. */
  readonly keyid?: string | undefined;
}

/** A secret to be imported. */
export interface ImportSecretOptions extends ImportOptions, Pick<SecretOptions, 'insecurelyAllowShortSecret'> {}

const ISSUE: OptionNames<IssueOptions> = /* @__PURE__ */ (() => ({ ...NEW_KEY_NAMES, kind: true, idempotencyKey: true }))();

const IMPORT: OptionNames<ImportOptions> = /* @__PURE__ */ (() => ({ ...NEW_KEY_NAMES, keyid: true }))();

const IMPORT_SECRET: OptionNames<ImportSecretOptions> = /* @__PURE__ */ (() => ({ ...IMPORT, insecurelyAllowShortSecret: true }))();

/** What is said of a new key when it is made. */
type Blank = Omit<StoredKey, 'material' | 'sealedWith' | 'revision'>;

/** Makes keys. */
export class KeyIssuer {
  readonly #setup: ApiKeysSetup;
  readonly #writer: KeyWriter;

  constructor(setup: ApiKeysSetup, writer: KeyWriter) {
    this.#setup = setup;
    this.#writer = writer;
  }

  /** Issues a key with a secret of ours. */
  async issue(options: IssueOptions): Promise<IssuedKey> {
    const read = readOptions(options, ISSUE, { elsewhere: { keyid: 'importSecret', secret: 'importSecret' } });
    const { kind, idempotencyKey, actor } = read;
    this.requireKind(kind);
    const { prefix, environment, randomBytes, now } = this.#setup;
    const blank = this.#blank(kind, newKeyid(prefix, environment, randomBytes), read);
    const claim = idempotencyKey === undefined ? undefined : await idempotencyClaim(idempotencyKey, blank.keyid, now());
    if (claim !== undefined && (await this.#setup.store.getClaim(claim.hash)) !== undefined) throw issuedBefore();
    await this.#writer.requireRoom(blank.tenant, blank.owner);
    const { secret, key } = await this.withSecret(blank);
    const events = await this.#writer.write(
      [{ key, before: undefined, at: key.createdAt, actor: readActor(actor), action: 'issued' }],
      claim,
    );
    // Names are random: the claim was there.
    if (events === undefined) throw issuedBefore();
    return new IssuedKey(events[0]!.after!, secret);
  }

  /** Imports a secret that is in use already. */
  async importSecret(secret: string | Uint8Array, options: ImportSecretOptions): Promise<ApiKey> {
    const read = readOptions(options, IMPORT_SECRET, { elsewhere: { kind: 'issue' } });
    const { insecurelyAllowShortSecret = false } = read;
    this.requireKind('hmac');
    assertFlag(insecurelyAllowShortSecret, 'insecurelyAllowShortSecret');
    const bytes = secretBytes(secret, { insecurelyAllowShortSecret });
    const { prefix, environment, randomBytes } = this.#setup;
    const keyid = read.keyid === undefined ? newKeyid(prefix, environment, randomBytes) : read.keyid;
    const blank = this.#blank('hmac', keyid, read);
    return this.#import(await this.#seal(blank, bytes), read.actor);
  }

  /** Imports an Ed25519 public key, whose private half only its owner has. */
  async importPublicKey(publicKey: PublicKey, options: ImportOptions, action: KeyAction = 'imported'): Promise<ApiKey> {
    const read = readOptions(options, IMPORT, { elsewhere: { kind: 'issue' } });
    const x = requireEd25519(publicKey);
    const keyid = read.keyid === undefined ? await jwkThumbprint(publicKey.jwk) : read.keyid;
    const blank = this.#blank('ed25519', keyid, read);
    return this.#import(await this.withPublicKey(blank, x), read.actor, action);
  }

  /** Requires what is said of a new key. @throws {TypeError | RangeError} */
  requireUsable(read: NewKey): void {
    this.#blank('ed25519', 'keyid', read);
    readActor(read.actor);
  }

  async #import(key: StoredKey, actor: string | undefined, action: KeyAction = 'imported'): Promise<ApiKey> {
    await this.#writer.requireRoom(key.tenant, key.owner);
    const events = await this.#writer.write([{ key, before: undefined, at: key.createdAt, actor: readActor(actor), action }]);
    if (events === undefined) throw new ApiKeyError('keyid_taken', 'there is a key with this keyid already');
    return events[0]!.after!;
  }

  /** Requires what keys of a kind need. @throws {TypeError} */
  requireKind(kind: unknown): asserts kind is 'hmac' | 'bearer' {
    if (kind !== 'hmac' && kind !== 'bearer') throw new TypeError("kind must be 'hmac' or 'bearer'; for Ed25519 there is importPublicKey");
    if (kind === 'hmac' && this.#setup.sealer === undefined) throw new TypeError("kind 'hmac' needs the option sealer of createApiKeys");
    if (kind === 'bearer' && this.#setup.hashes === undefined)
      throw new TypeError("kind 'bearer' needs the option pepper of createApiKeys");
  }

  /** A key with a new secret. */
  async withSecret(blank: Blank): Promise<{ readonly secret: string; readonly key: StoredKey }> {
    const { randomBytes, hashes } = this.#setup;
    const kind = blank.kind === 'hmac' ? 'hmac' : 'bearer';
    const secret = newKeyText(kind, blank.keyid, randomBytes);
    if (kind === 'hmac') return { secret, key: await this.#seal(blank, encodeUtf8(secret)) };
    return { secret, key: { ...blank, material: await hashes!.hash(secret, blank), sealedWith: hashes!.current, revision: 0 } };
  }

  /** A key with a public key; sealed too where there is a sealer, so that nobody who writes to the database puts his own in its place. */
  withPublicKey(blank: Blank, x: string): Awaitable<StoredKey> {
    if (this.#setup.sealer === undefined) return { ...blank, material: x, sealedWith: undefined, revision: 0 };
    return this.#seal(blank, encodeUtf8(x));
  }

  async #seal(blank: Blank, bytes: Uint8Array): Promise<StoredKey> {
    const { sealer } = this.#setup;
    return { ...blank, material: await sealer!.seal(bytes, keyContext(blank)), sealedWith: sealer!.current, revision: 0 };
  }

  #blank(kind: StoredKey['kind'], keyid: string, read: NewKey): Blank {
    assertKeyid(keyid);
    if (keyid.length > 256) throw new RangeError('keyid must be at most 256 characters');
    const { owner, tenant = '', expiresIn, notBefore, status = 'active' } = read;
    if (status !== 'active' && status !== 'pending') throw new TypeError("status must be 'active' or 'pending'");
    if (notBefore !== undefined) assertTime(notBefore, 'notBefore');
    const now = this.#setup.now();
    return {
      ...readDetails(read),
      keyid,
      series: keyid,
      generation: 1,
      kind,
      tenant: readText(tenant, 'tenant', 0),
      owner: readText(owner, 'owner'),
      environment: this.#setup.environment,
      status,
      statusAt: now,
      reason: undefined,
      createdAt: now,
      notBefore,
      notAfter: expiresIn === undefined ? undefined : now + readDuration(expiresIn, 'expiresIn'),
      replacedBy: undefined,
      overlapUntil: undefined,
      lastUsedAt: undefined,
      uses: 0,
    };
  }
}

function issuedBefore(): ApiKeyError {
  return new ApiKeyError('key_exists', 'a key was issued for this idempotencyKey before: its secret was answered then');
}

/** Who does it, for the audit. */
export function readActor(actor: string | undefined): string {
  return actor === undefined ? 'system' : readText(actor, 'actor');
}

/** The `x` of an Ed25519 public key of ours. @throws {TypeError} */
export function requireEd25519(publicKey: unknown): string {
  const isOurs = publicKey instanceof PublicKey || (typeof publicKey === 'object' && publicKey !== null && 'jwk' in publicKey);
  const jwk = isOurs ? (publicKey as { readonly jwk: Jwk }).jwk : undefined;
  if (typeof jwk !== 'object' || jwk === null || jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string')
    throw new TypeError('publicKey must be an Ed25519 PublicKey: importPublicKeyJwk, Pem and Raw of countersign/key-pairs make one');
  return jwk.x;
}
