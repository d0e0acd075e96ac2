/**
 * The verifying side of the cross matrix, the same code in every server runtime: it says what it saw, or why it refuses.
 *
 * @module
 */

import {
  createVerifier,
  isVerificationError,
  memoryReplayStore,
  type RequestMessage,
  type VerificationKey,
  type VerifiedRequest,
} from 'countersign';
import { type KeyKind, suiteKey } from './keys.ts';
import { type Answer, SEEN, SHARED, seenText, VERDICT } from './seen.ts';
import { watchUnhandled } from './unhandled.ts';

/** Makes the handler of a server that answers for these authorities. */
export function createHandler(authorities: readonly string[]): (request: Request | RequestMessage) => Promise<Answer> {
  const keys = new Map<string, Promise<VerificationKey>>();
  const resolveKey = (keyid: string): Promise<VerificationKey> | undefined => {
    const kind = /\.(hmac|ed25519)$/.exec(keyid)?.[1] as KeyKind | undefined;
    if (kind === undefined) return undefined;
    if (!keys.has(kind)) keys.set(kind, suiteKey(kind));
    return keys.get(kind);
  };
  const verifier = createVerifier({
    authority: authorities,
    resolveKey,
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
  });
  const { reasons } = watchUnhandled();
  return async (request) => {
    // A server that left something unhandled has lost: elsewhere its process would have ended.
    if (reasons.length > 0) throw new Error(`unhandled: ${reasons.join('; ')}`);
    try {
      const verified = await verifier.verifyRequest(request);
      return { status: 200, headers: { ...SHARED, [VERDICT]: 'ok', [SEEN]: await describeSeen(verified) } };
    } catch (error) {
      if (!isVerificationError(error)) throw error;
      const { status, headers, body } = error.toProblem();
      return { status, body, headers: { ...headers, ...SHARED, [VERDICT]: error.code } };
    }
  };
}

async function describeSeen(verified: VerifiedRequest): Promise<string> {
  const query = verified.query();
  return seenText(verified.method(), verified.path() + (query === '?' ? '' : query), verified.bytes);
}
