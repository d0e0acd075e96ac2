/**
 * Looking at signatures without believing them, to route or to log.
 *
 * @module
 */

import { asRefusal } from '../signature/as-refusal.ts';
import type { UnverifiedSignature } from '../signature/unverified-signature.ts';
import { readCandidates } from './candidates.ts';
import { createFieldReader } from './field-reader.ts';
import { DEFAULT_LIMITS, requireWithinLimits } from './limits.ts';
import { messageFromRequest, messageFromResponse, type RequestMessage, type ResponseMessage } from './message.ts';

/**
 * The signatures of a message as it claims them. Nothing is proved: never decide anything by them but where to look.
 *
 * @throws {VerificationError} `signature_malformed`.
 */
export function parseUnverifiedSignatures(message: Request | Response | RequestMessage | ResponseMessage): readonly UnverifiedSignature[] {
  const view = asRefusal(() => viewOf(message));
  requireWithinLimits(view, DEFAULT_LIMITS);
  return readCandidates(createFieldReader(view.fields), DEFAULT_LIMITS).map((candidate) => candidate.read());
}

function viewOf(message: Request | Response | RequestMessage | ResponseMessage): RequestMessage | ResponseMessage {
  if (!('headers' in message)) return message;
  return 'method' in message ? messageFromRequest(message) : messageFromResponse(message);
}
