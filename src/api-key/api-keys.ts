/**
 * API keys: issued, kept, rotated, revoked, identified. The provider's half of "key and secret".
 *
 * @module
 */

import type { PublicKey } from '../crypto/key.ts';
import { andThen } from '../internal/awaitable.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { notify } from '../runtime/notify.ts';
import type { Consumer } from '../signature/consumer.ts';
import type { ResolveKey } from '../signature/key-record.ts';
import type { Alarm } from './alarm.ts';
import { type Claimed, type ClaimLink, type ClaimLinkOptions, type ClaimOptions, Claims } from './claim/claims.ts';
import { type Enrolment, type EnrolmentOptions, Enrolments, type SuccessorOptions } from './claim/enrolments.ts';
import { Authenticator, type IdentifiedConsumer } from './credential/authenticate.ts';
import type { CredentialPlaces } from './credential/places.ts';
import { type ImportOptions, type ImportSecretOptions, type IssueOptions, KeyIssuer } from './issue.ts';
import type { IssuedKey } from './issued-key.ts';
import { KeyWriter } from './key-writer.ts';
import { KeyLife, type ReasonOptions, type RevokeOptions, type RotateOptions, type UpdateOptions } from './life.ts';
import { type ApiKeysOptions, readApiKeysOptions } from './options.ts';
import { KeyRing } from './ring/key-ring.ts';
import { UseBuffer } from './ring/use-buffer.ts';
import type { KeyChange } from './store/key-store.ts';
import { type ApiKey, toApiKey } from './store/record.ts';
import { type EventQuery, type KeyList, KeySurvey, type ListQuery } from './survey.ts';
import { KeyUpkeep, type PurgeOptions, type RewrapOptions, type Rewrapped } from './upkeep.ts';

/**
 * The keys of a provider. Every function that changes one writes an event with it, and rejects with an `ApiKeyError` if it cannot be done
 * as things are, with a TypeError or RangeError for unusable arguments, and with the store's own error if that fails.
 */
export interface ApiKeys {
  /** Issues a key. Its secret is in the answer, and in no later one. @throws {ApiKeyError} `limit_reached` or `key_exists`. */
  issue(options: IssueOptions): Promise<IssuedKey>;
  /** Takes over a signing secret that is in use already. @throws {ApiKeyError} `keyid_taken` or `limit_reached`. */
  importSecret(secret: string | Uint8Array, options: ImportSecretOptions): Promise<ApiKey>;
  /** Registers an Ed25519 public key: there is no secret that could leak. @throws {ApiKeyError} `keyid_taken` or `limit_reached`. */
  importPublicKey(publicKey: PublicKey, options: ImportOptions): Promise<ApiKey>;
  /**
   * Puts the secret of a key that was just issued down to be claimed by its owner, once: for a link that is handed to him. The secret is sealed
   * under the token, of which the database has only a hash.
   */
  createClaim(issued: Pick<IssuedKey, 'keyid' | 'secret'>, options?: ClaimLinkOptions): Promise<ClaimLink>;
  /** Hands out what waits under a token, once. @throws {ApiKeyError} `claim_unknown`, `claim_used` or `claim_expired`. */
  claim(token: string, options: ClaimOptions): Promise<Claimed>;
  /** A token with which a consumer registers one public key of his own. */
  createEnrolment(options: EnrolmentOptions): Promise<ClaimLink>;
  /**
   * Registers a public key: what `enrol` made, as it came over the network. Again with the same key it answers the same.
   *
   * @throws {ApiKeyError} `enrolment_refused`, `claim_unknown`, `claim_used`, `claim_expired`, `keyid_taken` or `limit_reached`.
   */
  acceptEnrolment(enrolment: Enrolment): Promise<ApiKey>;
  /**
   * Lets a consumer bring the successor of his public key: what `enrol(keyid, …)` made with the new key, in a request that the old one signed,
   * whose `verified.consumer` is given here.
   *
   * @throws {ApiKeyError} `enrolment_refused`, or as `rotateTo`.
   * @throws {VerificationError} `proof_insufficient` if the consumer did not sign.
   */
  acceptSuccessor(consumer: Consumer, enrolment: Enrolment, options: SuccessorOptions): Promise<ApiKey>;
  /** A key as the store has it now; `undefined` if there is none in this environment. */
  get(keyid: string): Promise<ApiKey | undefined>;
  /** Keys by query, the oldest first, in pages. */
  list(query?: ListQuery): Promise<KeyList>;
  /** Active keys that end by themselves within so many seconds and have no successor: to warn their owners. */
  expiring(within: number): AsyncIterable<ApiKey>;
  /** What happened to keys, in order. */
  events(query?: EventQuery): Promise<readonly KeyChange[]>;
  /** Changes what is said of a key. @throws {ApiKeyError} `key_not_found`, `key_final` or `conflict`. */
  update(keyid: string, options: UpdateOptions): Promise<ApiKey>;
  /** Stops a key until it is enabled. @throws {ApiKeyError} `key_not_found`, `key_final` or `conflict`. */
  disable(keyid: string, options?: ReasonOptions): Promise<ApiKey>;
  /** Lets a pending or disabled key count. @throws {ApiKeyError} `key_not_found`, `key_final` or `conflict`. */
  enable(keyid: string, options?: ReasonOptions): Promise<ApiKey>;
  /**
   * Issues the successor of a key with a secret; both count for `overlap` seconds, then only the new one.
   *
   * @throws {ApiKeyError} `key_not_found`, `key_final`, `overlap_too_long`, or `conflict`: it was rotated already.
   */
  rotate(keyid: string, options: RotateOptions): Promise<IssuedKey>;
  /** The same for a public key, to another one. @throws {ApiKeyError} As `rotate`; `conflict` also if that one is registered. */
  rotateTo(keyid: string, publicKey: PublicKey, options: RotateOptions): Promise<ApiKey>;
  /** Ends a key for ever, in every process within `revocationDelay`. Revoking again changes nothing. @throws {ApiKeyError} `key_not_found`. */
  revoke(keyid: string, options: RevokeOptions): Promise<ApiKey>;
  /** Removes keys that were revoked before a time; their events stay. Answers how many. */
  purge(options: PurgeOptions): Promise<number>;
  /** Seals anew what another master key than the current one seals; call it until there is no more. */
  rewrap(options?: RewrapOptions): Promise<Rewrapped>;
  /**
   * Brings a restored key database up to date with the changes that `onEvent` told and somebody kept: what was revoked, disabled or rotated
   * is so again, and every process trusts the database again. Answers how many keys that changed.
   */
  reapply(changes: AsyncIterable<KeyChange> | Iterable<KeyChange>): Promise<number>;
  /** Trusts a restored database as it is, in every process. Keys that were revoked since the backup count again. */
  acknowledgeRestore(): Promise<void>;
  /** The greatest revision of the store that this process knows of, for monitoring. */
  revision(): number;
  /** For `createVerifier` and `verifyPayload`: keys of kind `hmac` and `ed25519`. Rejects if it cannot tell, which is answered with 503. */
  readonly resolveKey: ResolveKey;
  /**
   * Who calls, by a key that is sent along: of kind `bearer`, or what `places` allows besides. Nothing of the request is protected by that.
   *
   * @throws {VerificationError} One of the codes `credential_…`, `key_…` and `store_…`; `toResponse()` of it is the answer to send.
   */
  authenticate(request: Request | RequestMessage, places?: CredentialPlaces): Promise<IdentifiedConsumer>;
  /** Forgets what is kept ready of a key, or of all: for notices that come sooner than the next look at the store. */
  invalidate(keyid?: string): void;
  /** Writes last uses down. Rejects with what the store threw; they are kept then. */
  flush(): Promise<void>;
  /** To be awaited before the process ends: writes last uses down. */
  close(): Promise<void>;
}

/**
 * Creates the keys of a provider. It does no I/O and draws no randomness before it is used.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const setup = readApiKeysOptions(options);
  const alarm: Alarm = (what) => notify('onEvent', setup.onEvent, { ...what, at: setup.now() });
  const uses = new UseBuffer(setup.store, setup.now, alarm);
  const onUse: UseBuffer['record'] = (key) => uses.record(key);
  const ring = new KeyRing(setup, alarm, onUse);
  const writer = new KeyWriter(setup, ring);
  const issuer = new KeyIssuer(setup, writer);
  const life = new KeyLife(setup, writer, issuer);
  const survey = new KeySurvey(setup, writer);
  const upkeep = new KeyUpkeep(setup, writer, ring.feed);
  const claims = new Claims(setup, life, alarm);
  const enrolments = new Enrolments(setup, issuer, life);
  const authenticator = new Authenticator(setup, ring, onUse);
  return Object.freeze<ApiKeys>({
    issue: (given) => issuer.issue(given),
    importSecret: (secret, given) => issuer.importSecret(secret, given),
    importPublicKey: (publicKey, given) => issuer.importPublicKey(publicKey, given),
    createClaim: (issued, given = {}) => claims.create(issued, given),
    claim: (token, given) => claims.claim(token, given),
    createEnrolment: (given) => enrolments.create(given),
    acceptEnrolment: (given) => enrolments.accept(given),
    acceptSuccessor: (consumer, given, options) => enrolments.succeed(consumer, given, options),
    get: async (keyid) => {
      const key = await writer.read(keyid);
      return key && toApiKey(key);
    },
    list: (query = {}) => survey.list(query),
    expiring: (within) => survey.expiring(within),
    events: (query = {}) => survey.events(query),
    update: (keyid, given) => life.update(keyid, given),
    disable: (keyid, given = {}) => life.disable(keyid, given),
    enable: (keyid, given = {}) => life.enable(keyid, given),
    rotate: (keyid, given) => life.rotate(keyid, given),
    rotateTo: (keyid, publicKey, given) => life.rotateTo(keyid, publicKey, given),
    revoke: (keyid, given) => life.revoke(keyid, given),
    purge: (given) => upkeep.purge(given),
    rewrap: (given = {}) => upkeep.rewrap(given),
    reapply: (changes) => upkeep.reapply(changes),
    acknowledgeRestore: () => upkeep.acknowledgeRestore(),
    revision: () => ring.feed.known,
    resolveKey: (keyid) => {
      assertKeyidText(keyid);
      return andThen(ring.find(keyid), (ready) => ready?.record);
    },
    authenticate: (request, places = {}) => authenticator.authenticate(request, places),
    invalidate: (keyid) => {
      if (keyid !== undefined) assertKeyidText(keyid);
      ring.forget(keyid === undefined ? undefined : [keyid]);
    },
    flush: () => uses.flush(),
    close: () => uses.flush(),
  });
}

/** What is no name of a key is unknown; what is no text is a mistake. */
function assertKeyidText(keyid: unknown): asserts keyid is string {
  if (typeof keyid !== 'string') throw new TypeError('keyid must be a string');
}
