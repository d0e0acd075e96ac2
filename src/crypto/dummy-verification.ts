/**
 * A verification for nothing: a message with an unknown `keyid` takes as long as one with a wrong signature, so that
 * the time of the answer does not tell which names exist.
 *
 * The keys are the sample keys of the algorithm table, which nobody signs with. They are used as imported keys are.
 *
 * @module
 */

import { type Awaitable, isThenable } from '../internal/awaitable.ts';
import { type Algorithm, algorithms } from './algorithm.ts';
import { bytesOfBase, type SignatureBase } from './base.ts';
import type { Jwk } from './jwk.ts';
import { prepareVerify, type Verify } from './verification.ts';

/**
 * One a length of signatures, kept once it is ready: the only state of the module, for constants that no option, secret or message
 * can change, and at most as many as the table has. (Not its promise: on Workers one request cannot wait for another's.)
 */
const prepared = /* @__PURE__ */ new Map<number, Verify>();

/**
 * Spends what it costs to verify one signature of the kind that its length suggests: at once where that is done at once, but for
 * the first of its kind. A signature of a length that no key has costs nothing, as it does with a key. Never throws.
 *
 * @param signature the signature itself, so that one that is refused at once by its bytes is refused at once here too
 * @param base the signature base it came with
 */
export function dummyVerify(signature: Uint8Array, base: SignatureBase): Awaitable<void> {
  const verify = prepared.get(signature.length);
  if (verify !== undefined) return spend(verify, signature, base);
  const sample = sampleFor(signature.length);
  return sample && prepareAndSpend(sample, signature, base);
}

/** The first algorithm of the table with signatures of this length, and its key. */
function sampleFor(length: number): readonly [Algorithm, Jwk] | undefined {
  for (const algorithm of Object.keys(algorithms) as Algorithm[]) {
    const key = algorithms[algorithm].sampleKey(length);
    if (key !== undefined) return [algorithm, key];
  }
  return undefined;
}

async function prepareAndSpend(sample: readonly [Algorithm, Jwk], signature: Uint8Array, base: SignatureBase): Promise<void> {
  try {
    const verify = await prepareVerify(...sample);
    prepared.set(signature.length, verify);
    await spend(verify, signature, base);
  } catch {
    // A runtime without this algorithm has no keys of it either.
  }
}

function spend(verify: Verify, signature: Uint8Array, base: SignatureBase): Awaitable<void> {
  try {
    const answer = verify(bytesOfBase(base), signature);
    return isThenable(answer) ? answer.then(forget, forget) : undefined;
  } catch {
    return undefined;
  }
}

function forget(): void {}
