/**
 * Verifying a response: read from its fields, and held against the request it answers.
 *
 * @see RFC 9421, sections 2.4 and 3.2
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertFunction, assertObject, assertText } from '../internal/assert.ts';
import { plainComponent } from '../rfc9421/component.ts';
import { responseToComponents } from '../rfc9421/coverage.ts';
import { combine, createFieldReader } from '../rfc9421/field-lines.ts';
import { messageFromResponse, type RequestMessage, type ResponseMessage } from '../rfc9421/message.ts';
import { readCandidates } from '../rfc9421/signature-fields.ts';
import { responseSource } from '../rfc9421/source.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';
import { systemTime } from '../runtime/time.ts';
import { verifyContentDigest } from '../signature/content-digest.ts';
import type { ResolveKey } from '../signature/key-record.ts';
import { compilePolicy, type Policy } from '../signature/policy.ts';
import { selectSignature } from '../signature/requirements.ts';
import type { Evidence } from '../signature/verify-context.ts';
import { judge } from '../signature/verify-signatures.ts';
import { readContent } from './content.ts';
import { DEFAULT_LIMITS, type Limits, requireWithinLimits } from './limits.ts';
import { toVerifiedSignature, type VerifiedSignature } from './verified-request.ts';

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

const STATUS = /* @__PURE__ */ plainComponent('@status');

const WHEN_PRESENT = /* @__PURE__ */ ['content-type', 'content-encoding', 'content-digest'].map(plainComponent);

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
  assertObject(options, 'options');
  const { resolveKey, nonce, policy = {}, timeout = 5, now = systemTime, fieldTypes } = options;
  assertFunction(resolveKey, 'resolveKey');
  assertText(nonce, 'nonce');
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const message = 'headers' in response ? messageFromResponse(response) : response;
  requireWithinLimits(message, limits);
  const read = createFieldReader(message.fields);
  const asked = responseToComponents(request.fields);
  const requirement = compilePolicy(policy, [STATUS, ...asked]);
  const signature = selectSignature(readCandidates(read, limits), requirement.tag);
  if (signature.nonce !== undefined && signature.nonce !== nonce)
    throw new VerificationError('nonce_replayed', 'the response answers another request');
  let bytes: Uint8Array | undefined;
  const evidence: Evidence = {
    source: responseSource(message, request, fieldTypes),
    obliged: WHEN_PRESENT.filter(({ name }) => read(name) !== undefined),
    checkAuthority: () => undefined,
    checkContent: async () => {
      if (requirement.uncovered.has('content-digest')) return;
      bytes = await readContent('headers' in response ? response : message, limits.bodyBytes);
      const field = read('content-digest');
      if (field !== undefined) await verifyContentDigest(combine(field), bytes);
      else if (bytes.length > 0) throw new VerificationError('digest_missing', 'the response has content');
    },
  };
  // No store: the nonce is the request's, and was compared.
  const [verdict] = await judge([{ signature, requirement }], evidence, { resolveKey, replayStore: undefined, now: now(), timeout });
  return Object.freeze({ status: message.status, keyid: signature.keyid!, signature: toVerifiedSignature(verdict!), bytes });
}
