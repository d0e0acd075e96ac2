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
import { dummyVerify } from '../crypto/dummy-verify.ts';
import { VerificationError } from '../errors.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { encodeUtf8 } from '../internal/bytes.ts';
import { withDeadline } from '../internal/deadline.ts';
import { type ComponentSource, createSignatureBase } from './base.ts';
import type { Component } from './component.ts';
import { type KeyRecord, keysOf, type ResolveKey, requireUsable, toKeyRecord } from './key-record.ts';
import { type Requirement, requireCoverage, requireTime } from './policy.ts';
import { type Consumption, type ReplayStore, replayScope } from './replay-store.ts';
import type { SignatureCandidate, UnverifiedSignature } from './unverified-signature.ts';

/** What a carrier shows the judge. */
export interface Evidence {
  readonly source: ComponentSource;
  /** Components that this very message obliges a signature to cover. */
  readonly obliged: readonly Component[];
  /** Throws unless the message is for us. */
  checkAuthority(signature: UnverifiedSignature): void;
  /** Throws unless the content is what was signed. */
  checkContent(covered: readonly ReadonlySet<string>[]): Awaitable<void>;
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
  readonly covered: ReadonlySet<string>;
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
  const [chosen, second] = candidates.filter((candidate) => candidate.tag === tag);
  if (chosen === undefined) throw new VerificationError('tag_mismatch', tag === undefined ? 'every signature is tagged' : `no signature is tagged ${tag}`);
  if (second !== undefined) throw new VerificationError('signature_ambiguous', 'two signatures could be meant');
  return chosen.read();
}

/**
 * Judges each signature by its requirement; all must hold.
 *
 * @throws {VerificationError} With the code of the first check that fails.
 */
export async function judge(charges: readonly Charge[], evidence: Evidence, bench: Bench): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { signature, requirement } of charges) {
    const covered = requireCoverage(signature, requirement, evidence.obliged);
    evidence.checkAuthority(signature);
    requireTime(signature, requirement, bench.now);
    const record = await resolveRecord(signature, bench);
    const algorithm = await requireSignature(signature, requirement, record, evidence.source, bench);
    requireUsable(record, bench.now);
    verdicts.push({ signature, requirement, record, algorithm, covered });
  }
  await evidence.checkContent(verdicts.map(({ covered }) => covered));
  for (const verdict of verdicts) await consumeNonce(verdict, bench);
  return verdicts;
}

async function resolveRecord(signature: UnverifiedSignature, { resolveKey, timeout }: Bench): Promise<KeyRecord> {
  const { keyid } = signature;
  if (keyid === undefined) throw new VerificationError('signature_malformed', 'the signature has no keyid');
  const found = await reach('the key', () => withDeadline(resolveKey(keyid, signature), timeout));
  const record = toKeyRecord(found);
  if (record !== undefined) return record;
  // An unknown key must not answer sooner than a wrong signature.
  await dummyVerify(signature.signature.length);
  throw new VerificationError('key_unknown', 'there is no such key');
}

/** The key decides the algorithm (section 3.2, step 6); the message may only agree. */
async function requireSignature(
  { alg, components, params, signature }: UnverifiedSignature,
  { algorithms }: Requirement,
  record: KeyRecord,
  source: ComponentSource,
  { timeout }: Bench,
): Promise<Algorithm> {
  const keys = keysOf(record).filter(({ algorithm }) => (alg === undefined || alg === algorithm) && (algorithms?.has(algorithm) ?? true));
  const text = createSignatureBase(source, components, params);
  if (keys.length === 0) {
    await dummyVerify(signature.length);
    throw new VerificationError('algorithm_forbidden', 'the key is not for this algorithm, or the policy forbids it');
  }
  const base = encodeUtf8(text);
  for (const key of keys) {
    const holds = await reach('the key', () => withDeadline(key.verify(base, signature), timeout));
    // Only `true` counts: whatever else a custom key answers is no proof.
    if (holds === true) return key.algorithm;
  }
  const error = new VerificationError('signature_mismatch', 'the signature does not fit the message and the key');
  BASE_OF.set(error, text);
  throw error;
}

async function consumeNonce({ signature, requirement, record }: Verdict, { replayStore, now, timeout }: Bench): Promise<void> {
  const { nonce, keyid = '', created = 0, expires = Number.POSITIVE_INFINITY } = signature;
  if (nonce === undefined || replayStore === undefined) return;
  const { maxAge, futureSkew } = requirement;
  const tenant = record.tenant ?? '';
  const keepUntil = Math.min(created + maxAge, expires) + futureSkew;
  let controller: AbortController | undefined;
  const request = {
    tenant,
    scope: replayScope(tenant, keyid),
    nonce,
    created,
    keepUntil,
    now,
    futureSkew,
    // Made when asked for: a store in memory never waits.
    get signal(): AbortSignal {
      controller ??= new AbortController();
      return controller.signal;
    },
  };
  const answer = await reach('the replay store', () => withDeadline(replayStore.consume(request), timeout, () => controller?.abort()));
  requireConsumed(answer);
}

function requireConsumed(answer: Consumption): void {
  switch (answer) {
    case 'consumed':
      return;
    case 'replayed':
      throw new VerificationError('nonce_replayed', 'this message was accepted before');
    case 'cold':
      throw new VerificationError('replay_store_cold', 'the replay store may have forgotten messages of that time');
    case 'full':
      throw new VerificationError('replay_store_full', 'the replay store is full');
    default:
      throw new VerificationError('store_unavailable', 'the replay store gave no known answer');
  }
}

/** What cannot be reached is neither refused nor accepted. */
async function reach<T>(what: string, ask: () => Awaitable<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof VerificationError) throw cause;
    throw new VerificationError('store_unavailable', `${what} could not be reached`, { cause });
  }
}
