/**
 * The judge: decides about signatures, in the one order that is safe.
 *
 * Cheap checks come before dear ones, nothing is told about a key before its signature is proved, and the nonce is
 * consumed last, so that a refused message writes nothing. Every carrier is judged here.
 *
 * @see RFC 9421, section 3.2
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import type { VerificationKey } from '../crypto/verification-key.ts';
import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { withDeadline } from '../internal/deadline.ts';
import { isThenable } from '../internal/thenable.ts';
import { asRefusal } from './as-refusal.ts';
import { type ComponentSource, createSignatureBase } from './base.ts';
import { baseBytes } from './base-bytes.ts';
import type { Component } from './component.ts';
import { fitsLength, type KeyLookup, type KeyRecord, keysOf, type ResolveKey, requireUsable, toKeyRecord } from './key-record.ts';
import type { Requirement } from './policy.ts';
import { type ConsumeRequest, type Consumption, type ReplayStore, replayScope } from './replay-store.ts';
import { requireCoverage, requireTime } from './require.ts';
import type { SignatureCandidate, UnverifiedSignature } from './unverified-signature.ts';

/** What a carrier shows the judge. */
export interface Evidence {
  readonly source: ComponentSource;
  /** Components that this very message obliges a signature to cover. */
  readonly obliged: readonly Component[];
  /** Throws unless the message is for us. */
  checkAuthority(signature: UnverifiedSignature): void;
  /** Throws unless the content is what was signed. */
  checkContent(charges: readonly Charge[]): Awaitable<unknown>;
}

/** What the judge uses. */
export interface Bench {
  readonly resolveKey: ResolveKey;
  readonly replayStore: ReplayStore | undefined;
  /** Whole seconds since the epoch. */
  readonly now: number;
  /** Seconds to wait for a key or a store. */
  readonly timeout: number;
}

/** A signature and what it must fulfil. */
export interface Charge {
  readonly signature: UnverifiedSignature;
  readonly requirement: Requirement;
}

/** A signature that fulfils everything asked of it. */
export interface Verdict extends Charge {
  readonly record: KeyRecord;
  readonly algorithm: Algorithm;
}

/** Told when a signature does not fit its base, so that a deployment can expose it. */
export const BASE_OF: WeakMap<object, string> = /* @__PURE__ */ new WeakMap();

/**
 * Chooses the signature a policy is about, by its exact tag. Labels mean nothing.
 *
 * @throws {VerificationError} `signature_missing`, `tag_mismatch`, or `signature_ambiguous` if two could be meant.
 */
export function selectSignature(candidates: readonly SignatureCandidate[], { tag }: Pick<Requirement, 'tag'>): UnverifiedSignature {
  if (candidates.length === 0) throw new VerificationError('signature_missing', 'the message has no signature');
  let chosen: SignatureCandidate | undefined;
  for (const candidate of candidates) {
    if (candidate.tag !== tag) continue;
    if (chosen !== undefined) throw new VerificationError('signature_ambiguous', 'two signatures could be meant');
    chosen = candidate;
  }
  if (chosen === undefined)
    throw new VerificationError('tag_mismatch', tag === undefined ? 'every signature is tagged' : `no signature is tagged ${tag}`);
  return chosen.read();
}

/**
 * Judges each signature by its requirement; all must hold. Waits only for what is not there yet: every needless turn of
 * the event loop costs a tenth of an HMAC.
 *
 * @throws {VerificationError} With the code of the first check that fails.
 */
export async function judge(charges: readonly Charge[], evidence: Evidence, bench: Bench): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { signature, requirement } of charges) {
    requireCoverage(signature, requirement, evidence.obliged);
    evidence.checkAuthority(signature);
    requireTime(signature, requirement, bench.now);
    // Before the look-up, so that it takes the same time whether or not there is such a key.
    const text = asRefusal(() => createSignatureBase(evidence.source, signature.components, signature.params));
    const base = baseBytes(text);
    const found = lookUp(signature, bench);
    const record = toKeyRecord(isThenable(found) ? await found : found);
    if (record === undefined) return refuse('key_unknown', 'there is no such key', signature, base);
    const keys = allowedKeys(record, signature, requirement);
    if (keys.length === 0)
      return refuse('algorithm_forbidden', 'the key is not for this algorithm, or the policy forbids it', signature, base);
    const proof = findKey(keys, base, signature.signature, bench.timeout);
    const key = isThenable(proof) ? await proof : proof;
    if (key === undefined) return refuseMismatch(keys, signature, base, text);
    requireUsable(record, bench.now);
    verdicts.push({ signature, requirement, record, algorithm: key.algorithm });
  }
  const checked = evidence.checkContent(charges);
  if (isThenable(checked)) await checked;
  for (const verdict of verdicts) {
    const answer = consume(verdict, bench);
    requireConsumed(isThenable(answer) ? await answer : answer, verdict.requirement);
  }
  return verdicts;
}

function lookUp(signature: UnverifiedSignature, { resolveKey, timeout }: Bench): Awaitable<KeyLookup> {
  const { keyid } = signature;
  if (keyid === undefined) throw new VerificationError('signature_malformed', 'the signature has no keyid');
  return reach('the key', () => withDeadline(resolveKey(keyid, signature), timeout));
}

/** The key decides the algorithm (section 3.2, step 6); the message may only agree. */
function allowedKeys(record: KeyRecord, { alg }: UnverifiedSignature, { algorithms }: Requirement): readonly VerificationKey[] {
  const keys = keysOf(record);
  if (alg === undefined && algorithms === undefined) return keys;
  return keys.filter(
    ({ algorithm }) => (alg === undefined || alg === algorithm) && (algorithms === undefined || algorithms.has(algorithm)),
  );
}

/** The first key that made the signature. */
function findKey(
  keys: readonly VerificationKey[],
  base: Uint8Array,
  signature: Uint8Array,
  timeout: number,
  index = 0,
): Awaitable<VerificationKey | undefined> {
  const key = keys[index];
  if (key === undefined) return undefined;
  // Only `true` counts: whatever else a custom key answers is no proof.
  const choose = (holds: boolean) => (holds === true ? key : findKey(keys, base, signature, timeout, index + 1));
  const holds = reach('the key', () => withDeadline(key.verify(base, signature), timeout));
  return isThenable(holds) ? holds.then(choose) : choose(holds);
}

let dummy: typeof import('../crypto/dummy-verify.ts') | undefined;

/** Takes as long as verifying would. Loaded once: honest messages never need it. */
async function spendTime(signature: Uint8Array, base: Uint8Array): Promise<void> {
  dummy ??= await import('../crypto/dummy-verify.ts');
  await dummy.dummyVerify(signature, base);
}

/** An unknown or unfit key must not answer sooner than a wrong signature. */
async function refuse(
  code: 'key_unknown' | 'algorithm_forbidden',
  message: string,
  { signature }: UnverifiedSignature,
  base: Uint8Array,
): Promise<never> {
  await spendTime(signature, base);
  throw new VerificationError(code, message);
}

/** Nor may a key whose signatures have another length, which it need not verify to refuse. */
async function refuseMismatch(
  keys: readonly VerificationKey[],
  { signature }: UnverifiedSignature,
  base: Uint8Array,
  text: string,
): Promise<never> {
  if (!keys.some((key) => fitsLength(key, signature.length))) await spendTime(signature, base);
  const error = new VerificationError('signature_mismatch', 'the signature does not fit the message and the key');
  BASE_OF.set(error, text);
  throw error;
}

/** A nonce to consume. Its signal is made when asked for: a store in memory never waits. */
class Consume implements ConsumeRequest {
  readonly tenant: string;
  readonly scope: string;
  readonly nonce: string;
  readonly created: number;
  readonly keepUntil: number;
  readonly now: number;
  readonly futureSkew: number;
  #controller: AbortController | undefined;

  constructor({ signature, requirement, record }: Verdict, nonce: string, now: number) {
    const { keyid = '', created = 0, expires = Number.POSITIVE_INFINITY } = signature;
    const { maxAge, futureSkew } = requirement;
    this.tenant = record.tenant ?? '';
    this.scope = replayScope(this.tenant, keyid);
    this.nonce = nonce;
    this.created = created;
    this.keepUntil = Math.min(created + maxAge, expires) + futureSkew;
    this.now = now;
    this.futureSkew = futureSkew;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller?.abort();
  }
}

function consume(verdict: Verdict, { replayStore, now, timeout }: Bench): Awaitable<Consumption> {
  const { nonce } = verdict.signature;
  if (nonce === undefined || replayStore === undefined) return 'consumed';
  const request = new Consume(verdict, nonce, now);
  return reach('the replay store', () => withDeadline(replayStore.consume(request), timeout, () => request.abort()));
}

function requireConsumed(answer: Consumption, { futureSkew }: Requirement): void {
  switch (answer) {
    case 'consumed':
      return;
    case 'replayed':
      throw new VerificationError('nonce_replayed', 'this message was accepted before');
    case 'cold':
      // A message that is signed after the store's epoch, as every clock sees it, is a new one.
      throw new VerificationError('replay_store_cold', 'the replay store may have forgotten messages of that time', {
        retryAfter: futureSkew + 2,
      });
    case 'full':
      throw new VerificationError('replay_store_full', 'the replay store is full');
    default:
      throw new VerificationError('store_unavailable', 'the replay store gave no known answer');
  }
}

/** What cannot be reached is neither refused nor accepted. */
function reach<T>(what: string, ask: () => Awaitable<T>): Awaitable<T> {
  try {
    const answer = ask();
    return isThenable(answer) ? answer.then(undefined, (cause: unknown) => unavailable(what, cause)) : answer;
  } catch (cause) {
    return unavailable(what, cause);
  }
}

function unavailable(what: string, cause: unknown): never {
  if (cause instanceof VerificationError) throw cause;
  throw new VerificationError('store_unavailable', `${what} could not be reached`, { cause });
}
