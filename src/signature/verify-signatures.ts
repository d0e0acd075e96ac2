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
import { type ComponentSource, maskBase } from '../rfc9421/base.ts';
import { plainComponent } from '../rfc9421/component.ts';
import { covers } from '../rfc9421/coverage.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { ask } from './ask.ts';
import { type CheckedView, checkSignatures, type SpelledBase } from './check-signature.ts';
import { consumeNonces } from './consume-nonce.ts';
import {
  type KeyLookup,
  type ResolvedKey,
  type ResolveKey,
  type ResolveKeyWithoutKeyid,
  readLookup,
  requireCanonicalKeyid,
  requireUsable,
} from './key-record.ts';
import type { Requirement } from './policy.ts';
import type { ProvenSignature, RequiredSignature } from './proven-signature.ts';
import { annotated } from './refusal.ts';
import { NONE, type Refusals, requireTime } from './requirements.ts';

/** What a carrier shows of its message. */
export interface MessageView<Content> extends CheckedView {
  /** The content that was signed. Throws if what arrived is something else. */
  readContent(proven: readonly RequiredSignature[]): Awaitable<Content>;
}

/** What verification needs of the verifier. */
export interface VerifyContext {
  readonly resolveKey: ResolveKey;
  /** Absent where each signature must name its key. */
  readonly resolveKeyWithoutKeyid: ResolveKeyWithoutKeyid | undefined;
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
 * Verifies each signature by its requirement; all must hold, and none may be `missing`. Waits only for what is not there yet.
 *
 * @throws {VerificationError} With the code of the first check that fails, and the keyid that the message claims.
 */
export async function verifySignatures<Content>(
  required: readonly RequiredSignature[],
  view: MessageView<Content>,
  context: VerifyContext,
  missing: Refusals = NONE,
): Promise<Verified<Content>> {
  try {
    const known = { now: context.now, allowsMissingKeyid: context.resolveKeyWithoutKeyid !== undefined };
    const bases = await checkSignatures(required, view, known, missing);
    const proven: ProvenSignature[] = [];
    for (const [index, one] of required.entries()) proven.push(await proveOne(one, bases[index]!, view, context));
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
async function proveOne(
  one: RequiredSignature,
  bases: readonly SpelledBase[],
  view: CheckedView,
  context: VerifyContext,
): Promise<ProvenSignature> {
  const found = lookUp(one.signature, view.source, context);
  const key = readLookup(isThenable(found) ? await found : found);
  if (one.signature.keyid === undefined) requireCanonicalKeyid(key);
  const proving = proveSignature(key, one, bases, context);
  const { algorithm, spelling } = isThenable(proving) ? await proving : proving;
  requireUsable(key!, context.now());
  return { ...one, key: key!, algorithm, spelling };
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

function lookUp(signature: UnverifiedSignature, source: ComponentSource, context: VerifyContext): Awaitable<KeyLookup> {
  const { resolveKey, resolveKeyWithoutKeyid, timeout } = context;
  const { keyid, components } = signature;
  if (keyid !== undefined) return ask('resolveKey', timeout, () => resolveKey(keyid, signature));
  const field = (name: string): string | undefined => {
    const component = plainComponent(name.toLowerCase());
    return !name.startsWith('@') && covers(components, component) ? source(component) : undefined;
  };
  return ask('resolveKeyWithoutKeyid', timeout, () => resolveKeyWithoutKeyid?.({ ...signature, keyid, field }));
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
