/**
 * Signing of responses.
 *
 * @see RFC 9421, section 2.4
 * @module
 */

import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import {
  CONTENT_DIGEST,
  presentResponseFields,
  RESPONSE_CONTROL,
  readCoveredComponents,
  requestOfResponse,
  requiredComponents,
} from '../rfc9421/coverage.ts';
import { createFieldReader, type FieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage, ResponseMessage } from '../rfc9421/message.ts';
import { responseSource } from '../rfc9421/source.ts';
import { newContentDigest } from '../signature/content-digest.ts';
import {
  assertNonce,
  callersMistake,
  checkSignOptions,
  type SignedFields,
  type SignOptions,
  signMessage,
  withComponents,
} from '../signature/sign.ts';
import { requireRequestMessage, requireResponseMessage } from './check-message.ts';
import { joined, linesToSend } from './sign-request.ts';

/** How to sign a response. */
export interface SignResponseOptions extends SignOptions {
  /** The nonce of the request that is answered; it ties the answer to it. */
  readonly nonce: string;
}

const NAMES: OptionNames<SignResponseOptions> = {
  signer: true,
  components: true,
  tag: true,
  expiresIn: true,
  label: true,
  includeAlg: true,
  nonce: true,
  created: true,
  fieldTypes: true,
  now: true,
  randomBytes: true,
};

/**
 * Signs the response to a request: covers status, where it leads, content, and what was asked. The message is not changed: set the fields that
 * come back.
 *
 * @throws {TypeError | RangeError} If a message or an option is unusable, or a component is not there.
 */
export async function signResponse(message: ResponseMessage, request: RequestMessage, options: SignResponseOptions): Promise<SignedFields> {
  const read = readOptions(options, NAMES);
  checkSignOptions(read);
  assertNonce(read.nonce);
  requireResponseMessage(message);
  requireRequestMessage(request, 'request');
  const lines = linesToSend(message);
  const made = newContentDigest(message.body, lines);
  const digest = isThenable(made) ? await made : made;
  const withDigest: FieldReader = digest === undefined ? lines : (name) => (name === 'content-digest' ? [digest] : lines(name));
  const source = responseSource(message, request, withDigest, read.fieldTypes);
  const has = (name: string) => withDigest(name) !== undefined;
  const asked = requestOfResponse(createFieldReader(request.fields)('content-digest') !== undefined);
  const content = has('content-digest') ? [CONTENT_DIGEST] : [];
  const covered = [...RESPONSE_CONTROL, ...presentResponseFields(has), ...content];
  const chosen = callersMistake(() => requiredComponents(readCoveredComponents(read.components ?? []), source));
  const components = withComponents(covered, [...chosen, ...asked]);
  return signMessage({ source, components, digest, read: (name) => joined(lines(name)) }, read);
}
