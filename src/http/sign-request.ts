/**
 * Signing of requests: the header carrier's writing side.
 *
 * @see RFC 9421, sections 3.1 and 4; RFC 9530, section 2
 * @module
 */

import { assertTexts } from '../internal/assert.ts';
import { isThenable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { CONTENT_DIGEST, presentRequestFields, REQUEST_CONTROL } from '../rfc9421/coverage.ts';
import { combine, createFieldReader, type FieldReader, isFieldLines, trimLine } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { requestSource } from '../rfc9421/source.ts';
import { newContentDigest } from '../signature/content-digest.ts';
import {
  type BareSignedFields,
  checkOmission,
  checkSignOptions,
  type MaybeOmission,
  type Omission,
  type SignedFields,
  type SignOptions,
  signMessage,
} from '../signature/sign.ts';
import { requireRequestMessage } from './check-message.ts';
import { checkCoverage, coveredComponents, coversDigest } from './covered-components.ts';

/** How to sign a request. */
export interface SignRequestOptions extends SignOptions {
  /** Default components to leave out: the verifier's policy must allow the same. Whoever relays the message can change them. */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
}

/** How to sign a request for a receiver that does not know every parameter. */
export interface BareSignRequestOptions extends SignRequestOptions, Omission {}

/** The names of `SignRequestOptions`. */
export const SIGN_REQUEST_OPTIONS: OptionNames<SignRequestOptions> = {
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
};

const BARE_OPTIONS: OptionNames<BareSignRequestOptions> = /* @__PURE__ */ (() => ({ ...SIGN_REQUEST_OPTIONS, insecurelyOmit: true }))();

/**
 * Signs a request: covers method, authority, path, query, and whatever of content-type, content-encoding and content there is.
 * `message.body` must be bytes, or absent when there is no content. The message is not changed: set the fields that come back.
 *
 * @throws {TypeError | RangeError} If the message or an option is unusable, or a component is not there.
 */
export function signRequest(
  message: RequestMessage,
  options: SignRequestOptions & { readonly insecurelyOmit?: undefined },
): Promise<SignedFields>;
export function signRequest(message: RequestMessage, options: BareSignRequestOptions): Promise<BareSignedFields>;
export async function signRequest(message: RequestMessage, options: SignRequestOptions & MaybeOmission): Promise<BareSignedFields> {
  const read = readOptions<SignRequestOptions & MaybeOmission>(options, BARE_OPTIONS);
  checkSignOptions(read);
  checkOmission(read, read.nonce);
  checkCoverage(read);
  const { insecurelyAllowUncovered = [] } = read;
  assertTexts(insecurelyAllowUncovered, 'insecurelyAllowUncovered');
  requireRequestMessage(message);
  const lines = linesToSend(message);
  const made = coversDigest(read) ? newContentDigest(message.body, lines) : undefined;
  const digest = isThenable(made) ? await made : made;
  const withDigest: FieldReader = digest === undefined ? lines : (name) => (name === 'content-digest' ? [digest] : lines(name));
  const source = requestSource(message, withDigest, read.fieldTypes);
  const has = (name: string) => withDigest(name) !== undefined;
  const defaults = [...REQUEST_CONTROL, ...presentRequestFields(has), ...(has('content-digest') ? [CONTENT_DIGEST] : [])];
  const leftOut = { control: REQUEST_CONTROL, uncovered: new Set(insecurelyAllowUncovered), unbound: false };
  const components = coveredComponents(read, source, defaults, leftOut);
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
