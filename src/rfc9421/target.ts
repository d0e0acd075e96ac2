/**
 * What a server may be asked for: the raw request target, refused where two parsers could read it differently.
 *
 * @see RFC 9112, section 3.2
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import { authorityOfTarget, isAbsolute, splitTarget } from './derive.ts';
import type { FieldReader } from './field-lines.ts';
import type { RequestMessage } from './message.ts';

/** Forms of a request target besides `/path?query`: `http://host/path`, `host:port` (CONNECT), and `*` (OPTIONS). */
export type TargetForm = 'absolute' | 'authority' | 'asterisk';

/** Control bytes, space, raw non-ASCII, a fragment or a backslash: parsers disagree about each. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control bytes are what it looks for
const AMBIGUOUS = /[\x00-\x20\x7f-\uffff#\\]/;

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * Requires a target that no parser changes, in origin-form or one of the `forms`.
 *
 * @throws {ComponentError} `target_malformed`.
 */
export function requireTarget({ method, target, authority }: RequestMessage, forms: readonly TargetForm[] = []): void {
  const form = formOf(method, target);
  if (form === undefined) throw malformedTarget('is no path that begins with /');
  if (form !== 'origin' && !forms.includes(form)) throw malformedTarget(`is in ${form}-form, which targetForms does not name`);
  if (AMBIGUOUS.test(target)) throw malformedTarget('holds a character that must be percent-encoded');
  if (DOT_SEGMENT.test(splitTarget(target).path)) throw malformedTarget('has a dot segment');
  // Section 3.2.2: of the two, a server takes the target's.
  const named = authorityOfTarget(target);
  if (named !== undefined && named !== authority) throw malformedTarget('names another host than the Host field');
}

function formOf(method: string, target: string): TargetForm | 'origin' | undefined {
  if (target.startsWith('/')) return 'origin';
  if (target === '*') return method === 'OPTIONS' ? 'asterisk' : undefined;
  if (isAbsolute(target)) return 'absolute';
  return method === 'CONNECT' ? 'authority' : undefined;
}

/** Requires that a message names its host once; a platform's `Headers` join two with a comma. @throws {ComponentError} `target_malformed`. */
export function requireOneHost(read: FieldReader): void {
  const [host = '', ...others] = read('host') ?? [];
  if (others.length > 0 || host.includes(',')) throw new ComponentError('target_malformed', 'the message has two Host fields');
}

/**
 * Requires that a `Request` which arrived has no fragment: none is ever sent, so that no client of ours asked for that.
 *
 * @throws {ComponentError} `target_malformed`.
 */
export function requireNoFragment({ url }: Pick<Request, 'url'>): void {
  if (url.includes('#')) throw malformedTarget('has a fragment');
}

function malformedTarget(why: string): ComponentError {
  return new ComponentError('target_malformed', `the request target ${why}`);
}
