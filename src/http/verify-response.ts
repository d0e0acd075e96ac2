/**
 * Verifying a response. What judges is loaded at the first one.
 *
 * @module
 */

import type { VerifiedResponse, VerifyResponseOptions } from './judge-response.ts';
import type { RequestMessage, ResponseMessage } from './message.ts';

/**
 * Verifies a response to `request`.
 *
 * @throws {VerificationError} If it is refused: `nonce_replayed` if it answers another request.
 * @throws {TypeError} If an option is missing.
 */
export async function verifyResponse(
  response: Response | ResponseMessage,
  request: RequestMessage,
  options: VerifyResponseOptions,
): Promise<VerifiedResponse> {
  return (await import('./judge-response.ts')).judgeResponse(response, request, options);
}
