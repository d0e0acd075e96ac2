/**
 * Looking at signatures without believing them, to route or to log.
 *
 * @module
 */

import { assertObject } from '../internal/assert.ts';
import { createFieldReader } from '../rfc9421/field-lines.ts';
import { messageFromRequest, messageFromResponse, type RequestMessage, type ResponseMessage } from '../rfc9421/message.ts';
import { readCandidates } from '../rfc9421/signature-fields.ts';
import type { UnverifiedSignature } from '../rfc9421/unverified-signature.ts';
import { asRefusal } from '../signature/refusal.ts';
import { requireFields } from './check-message.ts';
import { addFieldBytes, DEFAULT_LIMITS } from './limits.ts';

/**
 * The signatures of a message as it claims them. Nothing is proved: never decide anything by them but where to look.
 *
 * @throws {VerificationError} `signature_malformed`.
 * @throws {TypeError} If `message` is none.
 */
export function parseUnverifiedSignatures(message: Request | Response | RequestMessage | ResponseMessage): readonly UnverifiedSignature[] {
  const { fields } = viewOf(message);
  requireFields({ fields }, 'message');
  const read = createFieldReader(fields);
  return asRefusal(() => {
    let total = 0;
    for (const name of ['signature-input', 'signature'])
      for (const line of read(name) ?? []) total = addFieldBytes(total, name, line, DEFAULT_LIMITS);
    return readCandidates(read, DEFAULT_LIMITS).map((candidate) => candidate.read());
  });
}

function viewOf(message: Request | Response | RequestMessage | ResponseMessage): Pick<RequestMessage, 'fields'> {
  assertObject(message, 'message');
  if ('rawHeaders' in message) throw new TypeError('message is a request of Node: pass messageFromNode(message) of countersign/node');
  if (!('headers' in message)) return message;
  return 'method' in message ? messageFromRequest(message) : messageFromResponse(message);
}
