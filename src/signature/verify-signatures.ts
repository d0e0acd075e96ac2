/**
 * The order of checks, which is the security argument: every carrier's signatures are verified here.
 *
 * Cheap checks come before dear ones, nothing is told about a key before its signature is proved, the clock is read again after whatever
 * was waited for, and nonces are consumed last, so that a refused message writes nothing.
 *
 * @see RFC 9421, section 3.2
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { dummyVerify } from '../crypto/dummy-verification.ts';
import { signatureLength, type VerificationKey } from '../crypto/key.ts';
import { VerificationError, type VerificationErrorCode } from '../errors.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import type { ReplayStore } from '../replay/store.ts';
import { baseBytes, type ComponentSource, createSignatureBase, maskBase } from '../rfc9421/base.ts';
import type { Component } from '../rfc9421/component.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { ask } from './ask.ts';
import { consumeNonces } from './consume-nonce.ts';
import { type ResolvedKey, type ResolveKey, readLookup, requireUsable } from './key-record.ts';
import type { Requirement } from './policy.ts';
import type { ProvenSignature, RequiredSignature } from './proven-signature.ts';
import { annotated } from './refusal.ts';
import { requireCoverage, requireKeyid, requireTime } from './requirements.ts';

/** What a carrier shows of its message. */
export interface MessageView<Content> {
  readonly source: ComponentSource;
  /** Components that must be covered because this message has them. */
  readonly present: readonly Component[];
  /** Throws unless the message is for us. */
  checkAuthority(signature: UnverifiedSignature): Awaitable<void>;
  /** The content that was signed. Throws if what arrived is something else. */
  readContent(proven: readonly RequiredSignature[]): Awaitable<Content>;
}

/** What verification needs of the verifier. */
export interface VerifyContext {
  readonly resolveKey: ResolveKey;
  /** Absent where no nonce is consumed: a response's is the request's; or not yet. */
  readonly replayStore: ReplayStore | undefined;
  /** Whole seconds since the epoch; asked again after whatever was waited for. */
  readonly now: () => number;
  /** Seconds to wait for a key or a store. */
  readonly timeout: number;
}

/** What was verified. */
export interface Verified<Content> {
  readonly proven: readonly ProvenSignature[];
  readonly content: Content;
}

/**
 * Verifies each signature by its requirement; all must hold. Waits only for what is not there yet.
 *
 * @throws {VerificationError} With the code of the first check that fails, and the keyid that the message claims.
 */
export async function verifySignatures<Content>(
  required: readonly RequiredSignature[],
  view: MessageView<Content>,
  context: VerifyContext,
): Promise<Verified<Content>> {
  try {
    const proven: ProvenSignature[] = [];
    for (const one of required) proven.push(await proveOne(one, view, context));
    const read = view.readContent(proven);
    const content = isThenable(read) ? await read : read;
    const consumed = consumeNow(proven, context);
    if (isThenable(consumed)) await consumed;
    return { proven, content };
  } catch (error) {
    throw annotated(error, { keyid: required[0]?.signature.keyid });
  }
}

/** Proves one signature: everything about it but the content and its nonce. */
async function proveOne<Content>(one: RequiredSignature, view: MessageView<Content>, context: VerifyContext): Promise<ProvenSignature> {
  const { signature, requirement } = one;
  requireCoverage(signature, requirement, presentComponents(requirement, view));
  const addressed = view.checkAuthority(signature);
  if (isThenable(addressed)) await addressed;
  requireTime(signature, requirement, context.now());
  // Before the look-up, so that it takes the same time whether or not there is such a key.
  const base = createSignatureBase(view.source, signature.components, signature.params);
  const found = lookUp(signature, context);
  const key = readLookup(isThenable(found) ? await found : found);
  const proof = proveSignature(key, one, base, context.timeout);
  const algorithm = isThenable(proof) ? await proof : proof;
  requireUsable(key!, context.now());
  return { ...one, key: key!, algorithm };
}

/** What must be covered because the message has it: by default, and by the policy's wish. */
function presentComponents({ whenPresent }: Requirement, { present, source }: MessageView<unknown>): readonly Component[] {
  return whenPresent.length === 0 ? present : [...present, ...whenPresent.filter((component) => source(component) !== undefined)];
}

/** Time and key status once more, as they are now, and then the nonces: nothing comes between. */
export function consumeNow(proven: readonly ProvenSignature[], { replayStore, now, timeout }: VerifyContext): Awaitable<void> {
  const time = now();
  for (const { signature, requirement, key } of proven) {
    requireTime(signature, requirement, time);
    requireUsable(key, time);
  }
  return replayStore === undefined ? undefined : consumeNonces(proven, replayStore, time, timeout);
}

function lookUp(signature: UnverifiedSignature, { resolveKey, timeout }: VerifyContext): ReturnType<ResolveKey> {
  const keyid = requireKeyid(signature);
  return ask('the key', timeout, () => resolveKey(keyid, signature));
}

/** Every refusal of a signature costs so many verifications, whatever keys there are. */
const VERIFICATIONS = 2;

/** The algorithm of the key that made a signature. @throws {VerificationError} `key_unknown`, `algorithm_forbidden` or `signature_mismatch`. */
function proveSignature(
  key: ResolvedKey | undefined,
  { signature, requirement }: RequiredSignature,
  base: string,
  timeout: number,
): Awaitable<Algorithm> {
  const bytes = baseBytes(base);
  if (key === undefined) return refuse('key_unknown', signature, bytes, 0);
  const keys = allowedKeys(key, signature, requirement);
  if (keys.length === 0) return refuse('algorithm_forbidden', signature, bytes, 0);
  return tryKeys(keys, signature, bytes, base, timeout);
}

/** The key decides the algorithm (section 3.2, step 6); message and policy may only agree. */
function allowedKeys({ keys }: ResolvedKey, { alg }: UnverifiedSignature, { algorithms }: Requirement): readonly VerificationKey[] {
  if (alg === undefined && algorithms === undefined) return keys;
  return keys.filter(
    ({ algorithm }) => (alg === undefined || alg === algorithm) && (algorithms === undefined || algorithms.has(algorithm)),
  );
}

/** Tries one key after the other: at once where that can be, since most records have one. */
function tryKeys(
  keys: readonly VerificationKey[],
  signature: UnverifiedSignature,
  bytes: Uint8Array,
  base: string,
  timeout: number,
): Awaitable<Algorithm> {
  const [first, ...others] = keys as readonly [VerificationKey, ...VerificationKey[]];
  const holds = verifyWith(first, bytes, signature, timeout);
  // Only `true` counts: whatever else a custom key answers is no proof.
  if (holds === true) return first.algorithm;
  return tryOthers(holds, first, others, signature, bytes, base, timeout);
}

async function tryOthers(
  earlier: Awaitable<boolean>,
  first: VerificationKey,
  others: readonly VerificationKey[],
  signature: UnverifiedSignature,
  bytes: Uint8Array,
  base: string,
  timeout: number,
): Promise<Algorithm> {
  if ((await earlier) === true) return first.algorithm;
  for (const key of others) if ((await verifyWith(key, bytes, signature, timeout)) === true) return key.algorithm;
  const spent = [first, ...others].filter((key) => fits(key, signature.signature)).length;
  return refuse('signature_mismatch', signature, bytes, spent, maskBase(base));
}

function verifyWith(key: VerificationKey, bytes: Uint8Array, { signature }: UnverifiedSignature, timeout: number): Awaitable<boolean> {
  return ask('the key', timeout, () => key.verify(bytes, signature));
}

/** A key refuses a signature of another length than its own at once, which takes no time. */
function fits(key: VerificationKey, { length }: Uint8Array): boolean {
  return (signatureLength(key) ?? length) === length;
}

/** An unknown or unfit key must not answer sooner than a wrong signature, nor a record of one key sooner than one of two. */
async function refuse(
  code: VerificationErrorCode,
  { signature }: UnverifiedSignature,
  bytes: Uint8Array,
  spent: number,
  signatureBase?: string,
): Promise<never> {
  for (let count = spent; count < VERIFICATIONS; count++) {
    const waited = dummyVerify(signature, bytes);
    if (isThenable(waited)) await waited;
  }
  throw new VerificationError(code, undefined, { signatureBase });
}
