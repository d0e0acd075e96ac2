/**
 * Derived components of a request without parameters: what nearly every signature covers besides whole fields.
 *
 * Pure text in, pure text out. The target is cut by hand and never decoded: the signed text is the wire text.
 *
 * @see RFC 9421, section 2.2; RFC 9112, section 3.2 (the four forms of a request target)
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import type { RequestMessage } from './message.ts';

/**
 * The value of a derived component, whose name begins with `@`.
 *
 * @throws {ComponentError} `component_unresolvable` if requests have no such component; `authority_forbidden` if the authority is none.
 */
export function derivedValue({ method, scheme, authority, target }: RequestMessage, name: string): string {
  switch (name) {
    case '@method':
      return method;
    case '@authority':
      return normalizeAuthority(authority, scheme);
    case '@path':
      return splitTarget(target).path;
    case '@query':
      return splitTarget(target).query;
    case '@scheme':
      return scheme.toLowerCase();
    case '@target-uri':
      return targetUri(scheme.toLowerCase(), normalizeAuthority(authority, scheme), target);
    case '@request-target':
      return target;
    default:
      throw new ComponentError('component_unresolvable', `"${name}" is not of requests`);
  }
}

/** Section 2.2.2. Asterisk-form and authority-form stand for a URI without a path (RFC 9110, section 7.1). */
function targetUri(scheme: string, authority: string, target: string): string {
  const origin = `${scheme}://${authority}`;
  if (target === '' || target.startsWith('/')) return origin + target;
  return isAbsolute(target) ? target : origin;
}

/** What an absolute-form target names before its path. */
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** Whether a target is in absolute-form: `http://bank.example/coins`. */
export function isAbsolute(target: string): boolean {
  return ABSOLUTE.test(target);
}

/** The authority that an absolute-form target names; `undefined` for other forms. */
export function authorityOfTarget(target: string): string | undefined {
  return ABSOLUTE.exec(target)?.[1];
}

/** Path and query of a raw target; without a query it is `?` (section 2.2.7), without a path it is `/` (section 2.2.6). */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const local = target.startsWith('/') ? target : localPart(target);
  const mark = local.indexOf('?');
  if (mark < 0) return { path: local || '/', query: '?' };
  return { path: local.slice(0, mark) || '/', query: local.slice(mark) };
}

function localPart(target: string): string {
  const absolute = ABSOLUTE.exec(target);
  if (absolute !== null) return target.slice(absolute[0].length);
  return target.startsWith('?') ? target : '';
}

/** ASCII only: elsewhere lower case turns other letters (U+212A, the Kelvin sign) into these. */
const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{0,5}))?$/;

/**
 * Host in lower case, without the scheme's default port (section 2.2.3).
 *
 * @throws {ComponentError} `authority_forbidden` for anything but an A-label host or IP literal with a port.
 */
export function normalizeAuthority(authority: string, scheme: string): string {
  const match = HOST.exec(authority);
  if (match === null) throw new ComponentError('authority_forbidden', 'the authority is not a host with an optional port');
  const port = match[1];
  const standard = scheme.toLowerCase() === 'https' ? '443' : '80';
  const lower = authority.toLowerCase();
  return port === '' || port === standard ? lower.slice(0, lower.lastIndexOf(':')) : lower;
}
