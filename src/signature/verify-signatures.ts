/**
 * The order of checks, which is the security argument: every carrier's signatures are verified here.
 *
 * Cheap checks come before dear ones, nothing is told about a key before its signature is proved, the clock is read again after whatever
 * was waited for, and nonces are consumed last, so that a refused message writes nothing.
 *
 * @see RFC 9421, section 3.2
 * @module
 */

import { verifyBase } from '../crypto/base.ts';
import { dummyVerify } from '../crypto/dummy-verification.ts';
import { signatureLength, type VerificationKey } from '../crypto/key.ts';
import { VerificationError } from '../errors.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import type { ReplayStore } from '../replay/store.ts';
import { type ComponentSource, createSignatureBase, maskBase } from '../rfc9421/base.ts';
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
  /** Whether refusals show the signature base to the peer too: then they say what to do with it. */
  readonly exposesBase?: boolean | undefined;
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
  const proving = proveSignature(key, one, bases, context);
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
  return ask('resolveKey', timeout, () => resolveKey(keyid, signature));
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
  context: VerifyContext,
): Awaitable<Proof> {
  if (key === undefined) return refuse(new VerificationError('key_unknown', 'there is no such keyid'), signature, bases, 0);
  const keys = allowedKeys(key, signature, requirement);
  if (keys.length === 0) return refuse(new VerificationError('algorithm_forbidden', FORBIDDEN), signature, bases, 0);
  const attempts = bases.flatMap(({ spelling, text }) => keys.map((key) => ({ key, spelling, text })));
  return tryAll(attempts, signature, bases, context);
}

const FORBIDDEN = 'the key is of another algorithm than the message or the policy names';

/** What a log says of a signature that does not fit. */
export const MISMATCH = 'something covered was changed, or another key signed it';

/** The refusal of a signature that fits none of its keys. To the peer it says no more than that of an unknown keyid, unless it shows the base. */
function mismatch(base: string, { exposesBase }: VerifyContext): VerificationError {
  const detail = exposesBase ? 'hold signatureBase against what was signed: explainMismatch of countersign/explain' : undefined;
  return new VerificationError('signature_mismatch', detail, { logDetail: MISMATCH, signatureBase: maskBase(base) });
}

/** A key and the base it may have signed. */
interface Attempt {
  readonly key: VerificationKey;
  readonly spelling: number;
  readonly text: string;
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
  context: VerifyContext,
): Awaitable<Proof> {
  const [first, ...others] = attempts as readonly [Attempt, ...Attempt[]];
  const holds = verifyWith(first, signature, context);
  // Only `true` counts: whatever else a custom key answers is no proof.
  if (holds === true) return proofOf(first);
  return tryOthers(holds, first, others, signature, bases, context);
}

async function tryOthers(
  earlier: Awaitable<boolean>,
  first: Attempt,
  others: readonly Attempt[],
  signature: UnverifiedSignature,
  bases: readonly SpelledBase[],
  context: VerifyContext,
): Promise<Proof> {
  if ((await earlier) === true) return proofOf(first);
  for (const other of others) if ((await verifyWith(other, signature, context)) === true) return proofOf(other);
  const spent = [first, ...others].filter(({ key }) => fits(key, signature.signature)).length;
  return refuse(mismatch(bases[0]!.text, context), signature, bases, spent);
}

function proofOf({ key, spelling }: Attempt): Proof {
  return { algorithm: key.algorithm, spelling };
}

function verifyWith({ key, text }: Attempt, { signature }: UnverifiedSignature, { timeout }: VerifyContext): Awaitable<boolean> {
  return ask('the key', timeout, () => verifyBase(key, text, signature));
}

/** A key refuses a signature of another length than its own at once, which takes no time. */
function fits(key: VerificationKey, { length }: Uint8Array): boolean {
  return (signatureLength(key) ?? length) === length;
}

/** An unknown or unfit key must not answer sooner than a wrong signature, nor a record of one key sooner than one of two. */
async function refuse(
  refusal: VerificationError,
  { signature }: UnverifiedSignature,
  bases: readonly SpelledBase[],
  spent: number,
): Promise<never> {
  const { text } = bases[0]!;
  for (let count = spent; count < VERIFICATIONS * bases.length; count++) {
    const waited = dummyVerify(signature, text);
    if (isThenable(waited)) await waited;
  }
  throw refusal;
}
