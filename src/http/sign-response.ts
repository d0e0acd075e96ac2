/**
 * Signing of responses.
 *
 * @see RFC 9421, section 2.4
 * @module
 */

import { assertObject } from '../internal/assert.ts';
import { type Component, plainComponent } from '../rfc9421/component.ts';
import { responseToComponents } from '../rfc9421/coverage.ts';
import type { RequestMessage, ResponseMessage } from '../rfc9421/message.ts';
import { parseComponent } from '../rfc9421/parse-component.ts';
import { responseSource } from '../rfc9421/source.ts';
import { checkOptions, chooseComponents, newDigest, type SignedFields, type SignOptions, signMessage } from '../signature/sign.ts';
import { fieldValues } from './sign-request.ts';

/** How to sign a response. */
export interface SignResponseOptions extends SignOptions {
  /** The nonce of the request that is answered; it ties the answer to it. */
  readonly nonce: string;
}

const CONTROL: readonly Component[] = [/* @__PURE__ */ plainComponent('@status')];

/**
 * Signs the response to a request: covers status, content, and what was asked.
 *
 * @throws {TypeError | RangeError} If a message or an option is unusable, or a component is not there.
 */
export async function signResponse(message: ResponseMessage, request: RequestMessage, options: SignResponseOptions): Promise<SignedFields> {
  assertObject(options, 'options');
  checkOptions(options);
  const extra = (options.components ?? []).map((text) => parseComponent(text, 'components'));
  const read = fieldValues(message.fields);
  const digest = await newDigest(message.body, read);
  const components = chooseComponents(CONTROL, [...extra, ...responseToComponents(request.fields)], read, digest);
  const get = (name: string): string | null => (name === 'content-digest' && digest) || (read(name) ?? null);
  const source = responseSource({ ...message, fields: { get } }, request, options.fieldTypes);
  return signMessage(source, components, digest, read, options);
}
