/**
 * The order of checks, which is the security argument: every carrier's signatures are verified here.
 *
 * Cheap checks come before dear ones, nothing is told about a key before its signature is proved, the clock is read again after whatever
 * was waited for, and nonces are consumed last, so that a refused message writes nothing.
 *
 * @see RFC 9421, section 3.2
 * @module
 */

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
  /** The same message in other spellings that its signer may have sent: it is good in whichever was signed. Default: none. */
  readonly respelled?: readonly ComponentSource[] | undefined;
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
  /** Absent where no nonce is consumed: a response's is the request's. */
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
  const bases = basesOf(view, signature);
  const found = lookUp(signature, context);
  const key = readLookup(isThenable(found) ? await found : found);
  const proving = proveSignature(key, one, bases, context.timeout);
  const { algorithm, spelling } = isThenable(proving) ? await proving : proving;
  requireUsable(key!, context.now());
  return { ...one, key: key!, algorithm, spelling };
}

/** The base of one spelling of a message. */
interface SpelledBase {
  readonly spelling: number;
  readonly text: string;
}

/** The distinct bases of all spellings. */
function basesOf({ source, respelled = [] }: MessageView<unknown>, { components, params }: UnverifiedSignature): readonly SpelledBase[] {
  const bases = [{ spelling: 0, text: createSignatureBase(source, components, params) }];
  respelled.forEach((other, index) => {
    const text = createSignatureBase(other, components, params);
    if (bases.every((base) => base.text !== text)) bases.push({ spelling: index + 1, text });
  });
  return bases;
}

/** What must be covered because the message has it: by default, and by the policy's wish. */
function presentComponents({ whenPresent }: Requirement, { present, source }: MessageView<unknown>): readonly Component[] {
  return whenPresent.length === 0 ? present : [...present, ...whenPresent.filter((component) => source(component) !== undefined)];
}

/** Time and key status once more, as they are now, and then the nonces: nothing comes between. */
function consumeNow(proven: readonly ProvenSignature[], { replayStore, now, timeout }: VerifyContext): Awaitable<void> {
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

/** Every refusal of a signature costs so many verifications a base, whatever keys there are. */
const VERIFICATIONS = 2;

/** What a signature was made with, and over. */
type Proof = Pick<ProvenSignature, 'algorithm' | 'spelling'>;

/** Proves a signature by the keys that it may be of. @throws {VerificationError} `key_unknown`, `algorithm_forbidden` or `signature_mismatch`. */
function proveSignature(
  key: ResolvedKey | undefined,
  { signature, requirement }: RequiredSignature,
  bases: readonly SpelledBase[],
  timeout: number,
): Awaitable<Proof> {
  if (key === undefined) return refuse('key_unknown', signature, bases, 0);
  const keys = allowedKeys(key, signature, requirement);
  if (keys.length === 0) return refuse('algorithm_forbidden', signature, bases, 0);
  const attempts = bases.flatMap(({ spelling, text }) => {
    const bytes = baseBytes(text);
    return keys.map((key) => ({ key, spelling, bytes }));
  });
  return tryAll(attempts, signature, bases, timeout);
}

/** A key and the bytes it may have signed. */
interface Attempt {
  readonly key: VerificationKey;
  readonly spelling: number;
  readonly bytes: Uint8Array;
}

/** The key decides the algorithm (section 3.2, step 6); message and policy may only agree. */
function allowedKeys({ keys }: ResolvedKey, { alg }: UnverifiedSignature, { algorithms }: Requirement): readonly VerificationKey[] {
  if (alg === undefined && algorithms === undefined) return keys;
  return keys.filter(
    ({ algorithm }) => (alg === undefined || alg === algorithm) && (algorithms === undefined || algorithms.has(algorithm)),
  );
}

/** Tries one after the other: at once where that can be, since most messages have one base and most records one key. */
function tryAll(
  attempts: readonly Attempt[],
  signature: UnverifiedSignature,
  bases: readonly SpelledBase[],
  timeout: number,
): Awaitable<Proof> {
  const [first, ...others] = attempts as readonly [Attempt, ...Attempt[]];
  const holds = verifyWith(first, signature, timeout);
  // Only `true` counts: whatever else a custom key answers is no proof.
  if (holds === true) return proofOf(first);
  return tryOthers(holds, first, others, signature, bases, timeout);
}

async function tryOthers(
  earlier: Awaitable<boolean>,
  first: Attempt,
  others: readonly Attempt[],
  signature: UnverifiedSignature,
  bases: readonly SpelledBase[],
  timeout: number,
): Promise<Proof> {
  if ((await earlier) === true) return proofOf(first);
  for (const other of others) if ((await verifyWith(other, signature, timeout)) === true) return proofOf(other);
  const spent = [first, ...others].filter(({ key }) => fits(key, signature.signature)).length;
  return refuse('signature_mismatch', signature, bases, spent, maskBase(bases[0]!.text));
}

function proofOf({ key, spelling }: Attempt): Proof {
  return { algorithm: key.algorithm, spelling };
}

function verifyWith({ key, bytes }: Attempt, { signature }: UnverifiedSignature, timeout: number): Awaitable<boolean> {
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
  bases: readonly SpelledBase[],
  spent: number,
  signatureBase?: string,
): Promise<never> {
  const bytes = baseBytes(bases[0]!.text);
  for (let count = spent; count < VERIFICATIONS * bases.length; count++) {
    const waited = dummyVerify(signature, bytes);
    if (isThenable(waited)) await waited;
  }
  throw new VerificationError(code, undefined, { signatureBase });
}
