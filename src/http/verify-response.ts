/**
 * Verifying a response: that a known key signed it, as the answer to this very request.
 *
 * What judges is loaded at the first response.
 *
 * @module
 */

import type { ResolveKey } from '../signature/key-record.ts';
import type { Policy } from '../signature/policy.ts';
import type { FieldTypes } from './field.ts';
import type { Limits } from './limits.ts';
import type { RequestMessage, ResponseMessage } from './message.ts';
import type { VerifiedSignature } from './verified-request.ts';

/** How to judge a response. */
export interface VerifyResponseOptions {
  readonly resolveKey: ResolveKey;
  /** The nonce of the request: an answer to another request has another one. */
  readonly nonce: string;
  readonly policy?: Policy | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly fieldTypes?: FieldTypes | undefined;
  /** Seconds to wait for `resolveKey`; 5 by default. */
  readonly timeout?: number | undefined;
  /** Whole seconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** A response that was verified. */
export interface VerifiedResponse {
  readonly status: number;
  readonly keyid: string;
  readonly signature: VerifiedSignature;
  /** The content; `undefined` when the policy lets it go uncovered. */
  readonly bytes: Uint8Array | undefined;
}

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
