/**
 * Signing of responses.
 *
 * @see RFC 9421, section 2.4
 * @module
 */

import { assertFlag, assertTexts } from '../internal/assert.ts';
import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { CONTENT_DIGEST, presentResponseFields, RESPONSE_CONTROL, requestOfResponse } from '../rfc9421/coverage.ts';
import { createFieldReader, type FieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage, ResponseMessage } from '../rfc9421/message.ts';
import { responseSource } from '../rfc9421/source.ts';
import { newContentDigest } from '../signature/content-digest.ts';
import {
  assertNonce,
  type BareSignedFields,
  checkOmission,
  checkSignOptions,
  type MaybeOmission,
  type Omission,
  type SignedFields,
  type SignOptions,
  signMessage,
  withComponents,
} from '../signature/sign.ts';
import { requireRequestMessage, requireResponseMessage } from './check-message.ts';
import { checkCoverage, coveredComponents, coversDigest } from './covered-components.ts';
import { joined, linesToSend } from './sign-request.ts';

/** How to sign a response. */
export interface SignResponseOptions extends SignOptions {
  /** The nonce of the request that is answered; it ties the answer to it. */
  readonly nonce: string;
  /** Default components to leave out: the verifier's policy must allow the same. Whoever relays the message can change them. */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
  /** Leaves out what was asked, for a verifier that cannot cover it: the answer then fits other requests too. Default: false. */
  readonly insecurelyAllowUnboundResponse?: boolean | undefined;
}

/** How to sign a response for a receiver that does not know every parameter, or to a request without a nonce. */
export interface BareSignResponseOptions extends Omit<SignResponseOptions, 'nonce'>, Omission {
  /** The nonce of the request that is answered, unless it is left out. */
  readonly nonce?: string | undefined;
}

const NAMES: OptionNames<BareSignResponseOptions> = {
  signer: true,
  components: true,
  required: true,
  tag: true,
  expiresIn: true,
  label: true,
  includeAlg: true,
  nonce: true,
  created: true,
  fieldTypes: true,
  now: true,
  randomBytes: true,
  insecurelyAllowUncovered: true,
  insecurelyAllowUnboundResponse: true,
  insecurelyOmit: true,
};

/**
 * Signs the response to a request: covers status, where it leads, content, and what was asked. The message is not changed: set the fields that
 * come back.
 *
 * @throws {TypeError | RangeError} If a message or an option is unusable, or a component is not there.
 */
export function signResponse(
  message: ResponseMessage,
  request: RequestMessage,
  options: SignResponseOptions & { readonly insecurelyOmit?: undefined },
): Promise<SignedFields>;
export function signResponse(
  message: ResponseMessage,
  request: RequestMessage,
  options: BareSignResponseOptions,
): Promise<BareSignedFields>;
export async function signResponse(
  message: ResponseMessage,
  request: RequestMessage,
  options: Omit<BareSignResponseOptions, 'insecurelyOmit'> & MaybeOmission,
): Promise<BareSignedFields> {
  const read = readOptions<typeof options>(options, NAMES);
  checkSignOptions(read);
  checkOmission(read, read.nonce);
  checkCoverage(read);
  const { insecurelyAllowUncovered = [], insecurelyAllowUnboundResponse: unbound = false } = read;
  if (!read.insecurelyOmit?.includes('nonce')) assertNonce(read.nonce);
  assertTexts(insecurelyAllowUncovered, 'insecurelyAllowUncovered');
  assertFlag(unbound, 'insecurelyAllowUnboundResponse');
  requireResponseMessage(message);
  requireRequestMessage(request, 'request');
  const lines = linesToSend(message);
  const made = coversDigest(read) ? newContentDigest(message.body, lines) : undefined;
  const digest = isThenable(made) ? await made : made;
  const withDigest: FieldReader = digest === undefined ? lines : (name) => (name === 'content-digest' ? [digest] : lines(name));
  const source = responseSource(message, request, withDigest, read.fieldTypes);
  const has = (name: string) => withDigest(name) !== undefined;
  const asked = unbound ? [] : requestOfResponse(createFieldReader(request.fields)('content-digest') !== undefined);
  const content = has('content-digest') ? [CONTENT_DIGEST] : [];
  const covered = [...RESPONSE_CONTROL, ...presentResponseFields(has), ...content];
  const uncovered = new Set(insecurelyAllowUncovered);
  const leftOut = { control: [...RESPONSE_CONTROL, ...requestOfResponse(true)], uncovered, unbound };
  const chosen = coveredComponents(read, source, covered, leftOut);
  // What was asked comes last: so it always did.
  const components =
    read.required === undefined
      ? withComponents(
          chosen,
          asked.filter(({ name }) => !uncovered.has(name)),
        )
      : chosen;
  return signMessage({ source, components, digest, read: (name) => joined(lines(name)) }, read);
}
