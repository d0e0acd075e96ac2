/**
 * A signed payload before the judge. Payloads and licenses come here, whoever relayed them.
 *
 * @see WIRE, "Body carrier" and "License"
 * @module
 */

import { type Bench, type Evidence, judge, selectSignature, type Verdict } from '../signature/judge.ts';
import type { Requirement } from '../signature/policy.ts';
import { parseSignatureFields, type UnverifiedSignature } from '../signature/unverified-signature.ts';
import { payloadSource } from './carrier.ts';
import type { ReceivedPayload } from './read-payload.ts';

/**
 * The one signature of a payload, if it is for this purpose.
 *
 * @throws {VerificationError} `signature_malformed` or `tag_mismatch`.
 */
export function selectPayloadSignature({ input, signature }: ReceivedPayload, requirement: Requirement): UnverifiedSignature {
  return selectSignature(parseSignatureFields(input, signature, { labels: 1, components: 1 }), requirement);
}

/** Judges a payload; `checkAddress` throws a `VerificationError` unless it is meant for us. */
export async function judgePayload(
  received: ReceivedPayload,
  requirement: Requirement,
  checkAddress: Evidence['checkAuthority'],
  bench: Bench,
): Promise<Verdict> {
  const signature = selectPayloadSignature(received, requirement);
  const evidence: Evidence = {
    source: await payloadSource(received.canonical),
    obliged: [],
    checkAuthority: checkAddress,
    // The digest is computed from the data itself: a signature that fits proves the content too.
    checkContent: () => undefined,
  };
  const [verdict] = await judge([{ signature, requirement }], evidence, bench);
  return verdict!;
}
