/**
 * What nearly every signature of a request covers besides whole fields: method, authority, path and query.
 *
 * Pure text in, pure text out. The target is cut by hand and never decoded: the signed text is the wire text.
 *
 * @see RFC 9421, section 2.2
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import type { RequestMessage } from './message.ts';

/** The value of such a component; `undefined` for any other. */
export function controlValue({ method, scheme, authority, target }: RequestMessage, name: string): string | undefined {
  switch (name) {
    case '@method':
      return method;
    case '@authority':
      return normalizeAuthority(authority, scheme);
    case '@path':
      return splitTarget(target).path;
    case '@query':
      return splitTarget(target).query;
    default:
      return undefined;
  }
}

/** Path and query of a raw target; without a query it is `?` (section 2.2.7). */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target || '/', query: '?' };
  return { path: target.slice(0, mark) || '/', query: target.slice(mark) };
}

const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::(\d{0,5}))?$/;

/**
 * Host in lower case, without the scheme's default port (section 2.2.3).
 *
 * @throws {ComponentError} `authority_forbidden` for anything but an A-label host or IP literal with a port.
 */
export function normalizeAuthority(authority: string, scheme: string): string {
  const lower = authority.toLowerCase();
  const match = HOST.exec(lower);
  if (match === null) throw new ComponentError('authority_forbidden', 'the authority is not a host with an optional port');
  const port = match[1];
  const standard = scheme.toLowerCase() === 'https' ? '443' : '80';
  return port === '' || port === standard ? lower.slice(0, lower.lastIndexOf(':')) : lower;
}

// Derived components of a request without parameters.
//
// @see RFC 9421, section 2.2

/**
 * The value of a derived component, whose name begins with `@`.
 *
 * @throws {ComponentError} `component_unresolvable` if requests have no such component.
 */
export function derivedValue(message: RequestMessage, name: string): string {
  const { scheme, authority, target } = message;
  switch (name) {
    case '@scheme':
      return scheme.toLowerCase();
    case '@target-uri':
      return `${scheme.toLowerCase()}://${normalizeAuthority(authority, scheme)}${target}`;
    case '@request-target':
      return target;
    default: {
      const value = controlValue(message, name);
      if (value === undefined) throw new ComponentError('component_unresolvable', `"${name}" is not of requests`);
      return value;
    }
  }
}
