/**
 * The judge: decides about signatures, in the one order that is safe.
 *
 * Cheap checks come before dear ones, nothing is told about a key before its signature is proved, and the nonce is
 * consumed last, so that a refused message writes nothing. Every carrier is judged here.
 *
 * @see RFC 9421, section 3.2
 * @module
 */

import { dummyVerify } from '../crypto/dummy-verification.ts';
import type { VerificationKey } from '../crypto/key.ts';
import { VerificationError } from '../errors.ts';
import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { baseBytes, createSignatureBase } from '../rfc9421/base.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { consume, requireConsumed } from './consume-nonce.ts';
import { fitsLength, type KeyLookup, type KeyRecord, keysOf, requireUsable, toKeyRecord } from './key-record.ts';
import type { Requirement } from './policy.ts';
import { reach } from './reach.ts';
import { asRefusal } from './refusal.ts';
import { requireCoverage, requireKeyid, requireTime } from './requirements.ts';
import type { Bench, Charge, Evidence, Verdict } from './verify-context.ts';

/** Told when a signature does not fit its base, so that a deployment can expose it. */
export const BASE_OF: WeakMap<object, string> = /* @__PURE__ */ new WeakMap();

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
    if (record === undefined) return refuse('key_unknown', signature, base);
    const keys = allowedKeys(record, signature, requirement);
    if (keys.length === 0) return refuse('algorithm_forbidden', signature, base);
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
  const keyid = requireKeyid(signature);
  return reach('the key', () => withDeadline(resolveKey(keyid, signature), timeout));
}

/** The key decides the algorithm (section 3.2, step 6); message and policy may only agree. */
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

/** An unknown or unfit key must not answer sooner than a wrong signature, nor later. */
async function refuse(code: 'key_unknown' | 'algorithm_forbidden', { signature }: UnverifiedSignature, base: Uint8Array): Promise<never> {
  const spent = dummyVerify(signature, base);
  if (isThenable(spent)) await spent;
  throw new VerificationError(code);
}

/** Nor may a key whose signatures have another length, which it need not verify to refuse. */
async function refuseMismatch(
  keys: readonly VerificationKey[],
  { signature }: UnverifiedSignature,
  base: Uint8Array,
  text: string,
): Promise<never> {
  const spent = keys.some((key) => fitsLength(key, signature.length)) ? undefined : dummyVerify(signature, base);
  if (isThenable(spent)) await spent;
  const error = new VerificationError('signature_mismatch');
  BASE_OF.set(error, text);
  throw error;
}
