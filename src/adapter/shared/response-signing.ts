/**
 * Signing of responses in adapters: what was answered, tied to the request that was verified.
 *
 * @see RFC 9421, section 2.4
 * @module
 */

import type { Signer } from '../../crypto/signer.ts';
import { signResponse } from '../../http/sign-response.ts';
import { assertInteger } from '../../internal/assert.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import type { CoveredComponent } from '../../rfc9421/coverage.ts';
import type { RequestMessage, ResponseMessage } from '../../rfc9421/message.ts';
import { checkSignOptions } from '../../signature/sign.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';

/** How responses are signed. */
export interface ResponseSigning {
  /** What signs: `hmacSigner`, `createSigner`, or your own. */
  readonly signer: Signer;
  /** Components to cover besides status, content type, content, location, and what was asked. */
  readonly components?: readonly CoveredComponent[] | undefined;
  /** Sets `expires` that many seconds after `created`. Default: none. */
  readonly expiresIn?: number | undefined;
  /** The purpose. Default: none. */
  readonly tag?: string | undefined;
  /** Bytes of a response that are held back until all of it is signed; 1 MiB by default. A longer one is answered with 500. */
  readonly bufferBytes?: number | undefined;
}

const NAMES: OptionNames<ResponseSigning> = { signer: true, components: true, expiresIn: true, tag: true, bufferBytes: true };

/** Signing, made ready. */
export interface ReadSigning {
  readonly bufferBytes: number;
  /** The fields to set; none if the request has no nonce that ties the answer to it. */
  sign(response: ResponseMessage, request: RequestMessage, verified: VerifiedRequest): Promise<readonly (readonly [string, string])[]>;
}

/**
 * Reads the options.
 *
 * @throws {TypeError | RangeError} If one is missing, unknown or unusable.
 */
export function readSigning(options: ResponseSigning): ReadSigning {
  const { bufferBytes = 1024 * 1024, ...signing } = readOptions<ResponseSigning>(options, NAMES, { name: 'sign' });
  assertInteger(bufferBytes, 'sign.bufferBytes', 0);
  checkSignOptions(signing);
  return {
    bufferBytes,
    sign: async (response, request, { signatures: [{ nonce }] }) =>
      nonce === undefined ? [] : (await signResponse(response, withoutBody(request), { ...signing, nonce })).fields,
  };
}

/** What of the request a response's signature may cover: not its content, which was read. */
function withoutBody({ body: _, ...head }: RequestMessage): RequestMessage {
  return head;
}

/** Why a response is answered with 500. */
export function tooLongToSign(bufferBytes: number): RangeError {
  return new RangeError(
    `the response is longer than sign.bufferBytes (${bufferBytes}), so that it cannot be held back and signed: raise it, or mount this route without sign`,
  );
}
