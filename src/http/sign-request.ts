/**
 * Signing of requests: the header carrier's writing side.
 *
 * @see RFC 9421, sections 3.1 and 4; RFC 9530, section 2
 * @module
 */

import { assertObject } from '../internal/assert.ts';
import type { ComponentSource } from '../rfc9421/base.ts';
import type { Component } from '../rfc9421/component.ts';
import { REQUEST_COMPONENTS } from '../rfc9421/coverage.ts';
import { controlValue } from '../rfc9421/derive.ts';
import { combine, createFieldReader, type FieldReader } from '../rfc9421/field-lines.ts';
import type { FieldLines, HeadersLike, RequestMessage } from '../rfc9421/message.ts';
import { parseComponent } from '../rfc9421/parse-component.ts';
import { singleValue } from '../rfc9421/single-value.ts';
import { requestSource } from '../rfc9421/source.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';
import {
  checkOptions,
  chooseComponents,
  newDigest,
  type ReadField,
  type SignedFields,
  type SignOptions,
  signMessage,
} from '../signature/sign.ts';

/** How to sign a request. */
export interface SignRequestOptions extends SignOptions {
  /** Default components to leave out: the verifier's policy must allow the same. Whoever relays the message can change them. */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
}

/** A request made ready to be read: field by field, and component by component with the digest it is given. */
interface Opened {
  readonly read: ReadField;
  sourceWith(digest: string | undefined): ComponentSource;
}

/**
 * Signs a request: covers method, authority, path, query, and whatever of content-type, content-encoding and content
 * there is. `message.body` must be bytes, or absent when there is no content.
 *
 * @throws {TypeError | RangeError} If the message or an option is unusable, or a component is not there.
 */
export async function signRequest(message: RequestMessage, options: SignRequestOptions): Promise<SignedFields> {
  assertObject(options, 'options');
  const { components: names = [], insecurelyAllowUncovered: uncovered, fieldTypes } = options;
  const { fields, body } = message;
  checkOptions(options);
  const extra: readonly Component[] = names.map((name) => parseComponent(name, 'components'));
  // Whole fields of the platform's `Headers` need no line reader.
  const isSimple = isHeaders(fields) && extra.every(({ name, params }) => params.size === 0 && !name.startsWith('@'));
  const { read, sourceWith }: Opened = isSimple ? openHeaders(message, fields as HeadersLike) : openLines(message, fieldTypes);
  const digesting = newDigest(body, read);
  const digest = digesting === undefined ? undefined : await digesting;
  const components = chooseComponents(REQUEST_COMPONENTS, extra, read, digest);
  const covered = uncovered ? components.filter(({ name, params }) => params.size > 0 || !uncovered.includes(name)) : components;
  return signMessage(sourceWith(digest), covered, digest, read, options);
}

/** Whether fields are of the platform, which has trimmed and joined their lines. */
function isHeaders(fields: RequestMessage['fields']): boolean {
  // Arrays first: looking at `Headers` makes Node load its whole fetch.
  return !Array.isArray(fields) && typeof Headers === 'function' && fields instanceof Headers;
}

function openHeaders(message: RequestMessage, headers: HeadersLike): Opened {
  const read: ReadField = (name) => headers.get(name) ?? undefined;
  const sourceWith: Opened['sourceWith'] =
    (digest) =>
    ({ name }) =>
      controlValue(message, name) ?? ((name === 'content-digest' && digest) || singleValue(name, read(name)));
  return { read, sourceWith };
}

/** Reads fields, lines or not, each as one value. */
export function fieldValues(fields: FieldLines | HeadersLike): ReadField {
  return joined(createFieldReader(fields));
}

function joined(lines: FieldReader): ReadField {
  return (name) => {
    const found = lines(name);
    return found && combine(found);
  };
}

/** Makes a request of any kind ready to be signed. */
export function openLines(
  message: RequestMessage,
  types: FieldTypes | undefined,
): { read: ReadField; sourceWith(digest: string | undefined): ComponentSource } {
  const lines = createFieldReader(message.fields);
  return {
    read: joined(lines),
    sourceWith: (digest) => {
      const read: FieldReader = digest === undefined ? lines : (name) => (name === 'content-digest' ? [digest] : lines(name));
      return requestSource(message, read, types);
    },
  };
}
