/**
 * What a first request is made of.
 *
 * @module
 */

import type { KeyKind } from '../../api-key/store/record.ts';
import type { ReadFirstRequest } from '../options.ts';

/** What is filled in. */
export interface SnippetKey {
  readonly keyid: string;
  readonly kind: KeyKind;
  /** `undefined` once it is not to be had any more: then it is read from the environment. */
  readonly secret: string | undefined;
}

/** What is said of an address, as it is signed. */
export interface Target {
  readonly request: ReadFirstRequest;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** The parts that are signed (RFC 9421, section 2.2): the host in lower case, without the port of its scheme. */
export function targetOf(request: ReadFirstRequest): Target {
  const [, scheme = '', host = '', path = '', query = ''] = /^(https?):\/\/([^/?]+)([^?]*)(\?.*)?$/.exec(request.url) ?? [];
  const port = scheme === 'https' ? /:443$/ : /:80$/;
  return { request, authority: host.toLowerCase().replace(port, ''), path: path || '/', query: query || '?' };
}

/** A text as both JavaScript and Python read it. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** What stands in the quotes of a structured field String (RFC 9651, section 3.3.3). */
export function escaped(keyid: string): string {
  return keyid.replace(/[\\"]/g, '\\$&');
}
