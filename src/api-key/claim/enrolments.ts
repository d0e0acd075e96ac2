/**
 * Enrolment: a consumer registers a key pair of his own, with a token that was handed to him, and the proof that he has the private half.
 *
 * The token alone is not enough to register somebody else's public key, nor the public key to have it registered.
 *
 * @module
 */

import type { Jwk } from '../../crypto/jwk.ts';
import type { PublicKey } from '../../crypto/key.ts';
import { createPublicKey } from '../../crypto/key-pair.ts';
import type { Signer } from '../../crypto/signer.ts';
import { jwkThumbprint } from '../../crypto/thumbprint.ts';
import { assertFunction, assertObject, assertText } from '../../internal/assert.ts';
import { fromBase64url, toBase64url } from '../../internal/base64.ts';
import { memberOf, type OptionNames, readOptions } from '../../internal/options.ts';
import { type Consumer, requireConsumer } from '../../signature/consumer.ts';
import { ApiKeyError } from '../api-key-error.ts';
import { NEW_KEY_NAMES, type NewKey, readDetails, readDuration } from '../details.ts';
import { type KeyIssuer, requireEd25519 } from '../issue.ts';
import type { KeyLife, RotateOptions } from '../life.ts';
import type { ApiKeysSetup } from '../options.ts';
import { lengthPrefixed } from '../sealing/key-context.ts';
import { type ApiKey, toApiKey } from '../store/record.ts';
import { type ClaimLink, requireHash, requireWaiting, UNCLAIMED, unknownToken } from './claims.ts';
import { hashToken, newToken } from './token.ts';

/** What the key shall be that is going to be registered. */
export interface EnrolmentOptions extends Omit<NewKey, 'notBefore'> {
  /** Seconds for which the token counts; 86,400 (a day) by default. */
  readonly tokenExpiresIn?: number | undefined;
}

/** What a consumer sends to register his key: JSON. */
export interface Enrolment {
  /** The token that the provider handed out. */
  readonly token: string;
  /** The public half, of Ed25519. */
  readonly publicKey: Jwk;
  /** Made by the private half, over the token and the key: base64url. */
  readonly proof: string;
}

/** With what a consumer proves that a key is his. */
export interface EnrolOptions {
  /** Signs with the private half, by Ed25519. */
  readonly signer: Signer;
  /** The public half, which is registered. */
  readonly publicKey: { readonly jwk: Jwk };
}

const ENROL: OptionNames<EnrolOptions> = { signer: true, publicKey: true };

/** How a consumer's key follows another one of his. */
export type SuccessorOptions = Pick<RotateOptions, 'overlap'>;

const SUCCESSOR: OptionNames<SuccessorOptions> = { overlap: true };

const ENROLMENT: OptionNames<EnrolmentOptions> = /* @__PURE__ */ (() => {
  const { notBefore: _, ...names } = NEW_KEY_NAMES;
  return { ...names, tokenExpiresIn: true as const };
})();

/** What is signed: no signature of a request or payload is one of these, nor the other way round. */
function proofBase(token: string, thumbprint: string): Uint8Array {
  return lengthPrefixed('countersign enrolment', token, thumbprint);
}

/**
 * What a consumer sends to register his public key; or, with the keyid of his old key for the token, its successor, in a request that the
 * old key signs: `fetch(…, { body: JSON.stringify(await enrol(token, { signer, publicKey })) })`.
 *
 * @throws {TypeError} If the signer is not of Ed25519, or something is missing.
 */
export async function enrol(token: string, options: EnrolOptions): Promise<Enrolment> {
  const { signer, publicKey } = readOptions(options, ENROL);
  assertText(token, 'token');
  const x = requireEd25519(publicKey);
  assertObject(signer, 'signer');
  assertFunction(signer.sign, 'signer.sign');
  if (signer.algorithm !== 'ed25519') throw new TypeError('signer must be of ed25519');
  const jwk: Jwk = { kty: 'OKP', crv: 'Ed25519', x };
  const proof = await signer.sign(proofBase(token, await jwkThumbprint(jwk)));
  return Object.freeze({ token, publicKey: jwk, proof: toBase64url(proof) });
}

/** Registers keys that consumers bring. */
export class Enrolments {
  readonly #setup: ApiKeysSetup;
  readonly #issuer: KeyIssuer;
  readonly #life: KeyLife;

  constructor(setup: ApiKeysSetup, issuer: KeyIssuer, life: KeyLife) {
    this.#setup = setup;
    this.#issuer = issuer;
    this.#life = life;
  }

  /** A token with which one public key can be registered. */
  async create(options: EnrolmentOptions): Promise<ClaimLink> {
    const { tokenExpiresIn = 86_400, ...key } = readOptions(options, ENROLMENT);
    readDuration(tokenExpiresIn, 'tokenExpiresIn');
    readDetails(key);
    this.#issuer.requireUsable(key);
    const { randomBytes, store, now } = this.#setup;
    const token = newToken(randomBytes);
    const expiresAt = now() + tokenExpiresIn;
    const sealed = JSON.stringify(key);
    await store.addClaim({ ...UNCLAIMED, hash: await hashToken(token, 'enrol'), purpose: 'enrol', keyid: '', sealed, expiresAt });
    return Object.freeze({ token, expiresAt });
  }

  /** Registers a public key, once. What is wrong with the proof uses nothing up. */
  async accept(given: Enrolment): Promise<ApiKey> {
    const enrolment = readEnrolment(given);
    const { store, now } = this.#setup;
    const hash = await requireHash(enrolment.token, 'enrol');
    const waiting = requireWaiting(await store.getClaim(hash), 'enrol', now());
    const { key, thumbprint } = await requireProof(enrolment);
    const tried = await store.tryClaim(hash, thumbprint, now());
    if (tried === undefined) throw unknownToken();
    // The same key again: its answer was lost.
    if (!tried.isFirst && tried.claim.claimedBy !== thumbprint) throw new ApiKeyError('claim_used', 'a key was registered with this token');
    const wanted = JSON.parse(waiting.sealed!) as NewKey;
    const mine = tried.isFirst ? undefined : await store.get(thumbprint);
    if (mine?.owner === wanted.owner && mine.tenant === (wanted.tenant ?? '')) return toApiKey(mine);
    return this.#issuer.importPublicKey(key, wanted, 'enrolled');
  }

  /** Lets a consumer who signed with his key bring its successor. */
  async succeed(consumer: Consumer, given: Enrolment, options: SuccessorOptions): Promise<ApiKey> {
    const { overlap } = readOptions(options, SUCCESSOR);
    readDuration(overlap, 'overlap', 0);
    requireConsumer(consumer, { proof: 'signature' });
    const enrolment = readEnrolment(given);
    // The proof is for this very key: one that was made for another cannot be taken along.
    if (enrolment.token !== consumer.keyid) throw refused();
    const { key } = await requireProof(enrolment);
    return this.#life.rotateTo(consumer.keyid, key, { overlap, actor: consumer.owner });
  }
}

/** The key, which made the proof. @throws {ApiKeyError} `enrolment_refused` */
export async function requireProof({
  token,
  publicKey,
  proof,
}: Enrolment): Promise<{ readonly key: PublicKey; readonly thumbprint: string }> {
  const key = await createPublicKey('ed25519', publicKey).catch(() => undefined);
  const thumbprint = await jwkThumbprint(publicKey);
  const signature = fromBase64url(proof);
  if (key === undefined || signature === undefined || (await key.verify(proofBase(token, thumbprint), signature)) !== true) throw refused();
  return { key, thumbprint };
}

/** What came over the network: everything wrong with it is one answer. */
function readEnrolment(given: unknown): Enrolment {
  assertObject(given, 'enrolment');
  const token = memberOf(given, 'token');
  const publicKey = memberOf(given, 'publicKey');
  const proof = memberOf(given, 'proof');
  if (typeof token !== 'string' || typeof proof !== 'string' || typeof publicKey !== 'object' || publicKey === null) throw refused();
  const x = memberOf(publicKey, 'x');
  if (memberOf(publicKey, 'crv') !== 'Ed25519' || typeof x !== 'string' || fromBase64url(x)?.length !== 32) throw refused();
  return { token, proof, publicKey: { kty: 'OKP', crv: 'Ed25519', x } };
}

function refused(): ApiKeyError {
  return new ApiKeyError('enrolment_refused', 'the proof is not by the key that is to be registered');
}
