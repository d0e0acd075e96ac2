/**
 * A signed payload before the judge, whoever relayed it.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import type { Bench, Evidence, Verdict } from '../signature/evidence.ts';
import { type FixedRequirement, readFixedSignature } from '../signature/fixed-form.ts';
import { judge } from '../signature/judge.ts';
import { DIGEST, payloadSource } from './carrier.ts';
import type { ReceivedPayload } from './read-object.ts';

/** Judges a payload; `checkAddress` throws a `VerificationError` unless it is meant for us. */
export async function judgePayload(
  { input, signature: proof, canonical }: ReceivedPayload,
  requirement: FixedRequirement,
  checkAddress: Evidence['checkAuthority'],
  bench: Bench,
): Promise<Verdict> {
  const signature = readFixedSignature(input, proof, [DIGEST], requirement.tag);
  const evidence: Evidence = {
    source: await payloadSource(canonical),
    obliged: [],
    checkAuthority: checkAddress,
    // The digest is computed from the data itself: a signature that fits proves the content too.
    checkContent: () => undefined,
  };
  const [verdict] = await judge([{ signature, requirement }], evidence, bench);
  return verdict!;
}
