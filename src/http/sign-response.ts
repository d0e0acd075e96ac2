/**
 * Signing of responses.
 *
 * @see RFC 9421, section 2.4
 * @module
 */

import { parseComponent, plainComponent } from '../signature/component.ts';
import type { Component } from '../signature/plain-component.ts';
import { responseSource } from './derive.ts';
import { createFieldReader, type FieldReader, type RequestMessage, type ResponseMessage } from './message.ts';
import { combined, newDigest, prepare, REQUEST_COMPONENTS, type SignedFields, type SignOptions, signMessage } from './sign-message.ts';

/** How to sign a response. */
export interface SignResponseOptions extends SignOptions {
  /** The nonce of the request that is answered; it ties the answer to it. */
  readonly nonce: string;
}

const CONTROL: readonly Component[] = /* @__PURE__ */ [plainComponent('@status')];

/**
 * Signs the response to a request: covers status, content, and what was asked.
 *
 * @throws {TypeError | RangeError} If a message or an option is unusable, or a component is not there.
 */
export async function signResponse(message: ResponseMessage, request: RequestMessage, options: SignResponseOptions): Promise<SignedFields> {
  const extra = (options.components ?? []).map((text) => parseComponent(text, 'components'));
  const { components, added, read } = prepare(message, CONTROL, extra, await newDigest(message, options));
  const asked = responseToComponents(createFieldReader(request.fields));
  const source = responseSource({ ...message, fields: { get: (name) => combined(read, name) } }, request, options.fieldTypes);
  return signMessage(source, [...components, ...asked], added, read, options);
}

/** The request components that a response covers: those that are always there, and the digest if there was one. */
export function responseToComponents(readRequest: FieldReader): readonly Component[] {
  const names = REQUEST_COMPONENTS.map(({ name }) => name);
  if (readRequest('content-digest') !== undefined) names.push('content-digest');
  return names.map((name) => parseComponent(`"${name}";req`));
}
