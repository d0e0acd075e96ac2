/**
 * Signing of requests: the header carrier's writing side.
 *
 * @see RFC 9421, sections 3.1 and 4; RFC 9530, section 2
 * @module
 */

import { type Component, isPlainName, plainComponent } from '../signature/plain-component.ts';
import type { RequestMessage } from './message.ts';
import { plainSource } from './plain-source.ts';
import { newDigest, prepare, REQUEST_COMPONENTS, type SignedFields, type SignOptions, signMessage } from './sign-message.ts';

/** How to sign a request. */
export interface SignRequestOptions extends SignOptions {
  /** Default components to leave out: the verifier's policy must allow the same. Whoever relays the message can change them. */
  readonly insecurelyAllowUncovered?: readonly string[] | undefined;
}

/**
 * Signs a request: covers method, authority, path, query, and whatever of content-type, content-encoding and content
 * there is. `message.body` must be bytes, or absent when there is no content.
 *
 * @throws {TypeError | RangeError} If the message or an option is unusable, or a component is not there.
 */
export async function signRequest(message: RequestMessage, options: SignRequestOptions): Promise<SignedFields> {
  const digesting = newDigest(message, options);
  const digest = digesting === undefined ? undefined : await digesting;
  const { components: names = [], insecurelyAllowUncovered: uncovered, fieldTypes } = options;
  // Components with parameters need a structured-field parser, which most requests never load.
  const full = names.every((name) => isPlainName(name.toLowerCase())) ? undefined : await import('./full-source.ts');
  const extra: readonly Component[] = names.map((name) =>
    full ? full.parseComponent(name, 'components') : plainComponent(name.toLowerCase()),
  );
  const { components, added, read } = prepare(message, REQUEST_COMPONENTS, extra, digest);
  const covered = uncovered ? components.filter(({ name, params }) => params.size > 0 || !uncovered.includes(name)) : components;
  const source = full ? full.requestSource(message, read, fieldTypes) : plainSource(message, read);
  return signMessage(source, covered, added, read, options);
}
