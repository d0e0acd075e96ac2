/**
 * API keys: issued, kept, rotated, revoked, identified.
 *
 * @module
 */

export { type Consumer, type ConsumerRequirement, type Proof, requireConsumer } from '../signature/consumer.ts';
export type { KeyAlarm, KeyEvent } from './alarm.ts';
export { type AnswerFieldsOptions, answerFields } from './answer-fields.ts';
export { ApiKeyError, type ApiKeyErrorCode, isApiKeyError } from './api-key-error.ts';
export { type ApiKeys, createApiKeys } from './api-keys.ts';
export type { Claimed, ClaimLink, ClaimLinkOptions, ClaimOptions } from './claim/claims.ts';
export { type Enrolment, type EnrolmentOptions, type EnrolOptions, enrol, type SuccessorOptions } from './claim/enrolments.ts';
export type { IdentifiedConsumer } from './credential/authenticate.ts';
export { KEY_PATTERN, type ParsedKey, parseKey } from './credential/format.ts';
export type { CredentialPlaces, Place } from './credential/places.ts';
export { redactCredentials } from './credential/redact.ts';
export type { KeyDetails, NewKey } from './details.ts';
export type { ImportOptions, ImportSecretOptions, IssueOptions } from './issue.ts';
export type { IssuedKey } from './issued-key.ts';
export type { ChangeOptions } from './key-writer.ts';
export type { ReasonOptions, RevokeOptions, RotateOptions, UpdateOptions } from './life.ts';
export type { ApiKeysOptions } from './options.ts';
export type { Pepper } from './sealing/pepper.ts';
export { type AesGcmSealerOptions, aesGcmSealer, type KmsSealerOptions, kmsSealer, type SecretSealer } from './sealing/sealer.ts';
export type { KeyAction, KeyChange, KeyFilter, KeyStore, KeyUse, KeyWrite, StoredClaim } from './store/key-store.ts';
export { memoryKeyStore } from './store/memory-key-store.ts';
export type { ApiKey, KeyKind, KeyState, KeyStatus, LimitWindow, StoredKey } from './store/record.ts';
export type { EventQuery, KeyList, ListQuery } from './survey.ts';
export type { PurgeOptions, RewrapOptions, Rewrapped } from './upkeep.ts';
