/**
 * Signing of requests: the header carrier's writing side.
 *
 * @see RFC 9421, sections 3.1 and 4; RFC 9530, section 2
 * @module
 */

import { assertTexts } from '../internal/assert.ts';
import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { CONTENT_DIGEST, presentRequestFields, REQUEST_CONTROL, readCoveredComponents, requiredComponents } from '../rfc9421/coverage.ts';
import { combine, createFieldReader, type FieldReader, isFieldLines, trimLine } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { requestSource } from '../rfc9421/source.ts';
import { newContentDigest } from '../signature/content-digest.ts';
import { callersMistake, checkSignOptions, type SignedFields, type SignOptions, signMessage, withComponents } from '../signature/sign.ts';
import { requireRequestMessage } from './check-message.ts';

/** How to sign a request. */
export interface SignRequestOptions extends SignOptions {
  /** Default components to leave out: the verifier's policy must allow the same. Whoever relays the message can change them. */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
}

/** The names of `SignRequestOptions`. */
export const SIGN_REQUEST_OPTIONS: OptionNames<SignRequestOptions> = {
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
  insecurelyAllowUncovered: true,
};

/**
 * Signs a request: covers method, authority, path, query, and whatever of content-type, content-encoding and content there is.
 * `message.body` must be bytes, or absent when there is no content. The message is not changed: set the fields that come back.
 *
 * @throws {TypeError | RangeError} If the message or an option is unusable, or a component is not there.
 */
export async function signRequest(message: RequestMessage, options: SignRequestOptions): Promise<SignedFields> {
  const read = readOptions(options, SIGN_REQUEST_OPTIONS);
  checkSignOptions(read);
  if (read.insecurelyAllowUncovered !== undefined) assertTexts(read.insecurelyAllowUncovered, 'insecurelyAllowUncovered');
  requireRequestMessage(message);
  const lines = linesToSend(message);
  const made = newContentDigest(message.body, lines);
  const digest = isThenable(made) ? await made : made;
  const withDigest: FieldReader = digest === undefined ? lines : (name) => (name === 'content-digest' ? [digest] : lines(name));
  const source = requestSource(message, withDigest, read.fieldTypes);
  const has = (name: string) => withDigest(name) !== undefined;
  const defaults = [...REQUEST_CONTROL, ...presentRequestFields(has), ...(has('content-digest') ? [CONTENT_DIGEST] : [])];
  const { components: more, insecurelyAllowUncovered: uncovered } = read;
  const covered = uncovered === undefined ? defaults : defaults.filter(({ name }) => !uncovered.includes(name));
  const components =
    more === undefined
      ? covered
      : withComponents(
          covered,
          callersMistake(() => requiredComponents(readCoveredComponents(more), source)),
        );
  return signMessage({ source, components, digest, read: (name) => joined(lines(name)) }, read);
}

/** Field lines as one value. */
export function joined(lines: readonly string[] | undefined): string | undefined {
  return lines && combine(lines);
}

/** The field lines as they will arrive: what a platform has joined is sent as one line, whose ends every server trims. */
export function linesToSend({ fields }: Pick<RequestMessage, 'fields'>): FieldReader {
  const read = createFieldReader(fields);
  return isFieldLines(fields) ? read : (name) => read(name)?.map(trimLine);
}
