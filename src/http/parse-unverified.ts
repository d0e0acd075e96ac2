/**
 * Looking at signatures without believing them, to route or to log.
 *
 * @module
 */

import { createFieldReader } from '../rfc9421/field-lines.ts';
import { messageFromRequest, messageFromResponse, type RequestMessage, type ResponseMessage } from '../rfc9421/message.ts';
import { readCandidates } from '../rfc9421/signature-fields.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { asRefusal } from '../signature/refusal.ts';
import { DEFAULT_LIMITS, requireWithinLimits } from './limits.ts';

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
