/**
 * Derived components: what is signed of a message's control data.
 *
 * Pure text in, pure text out. The target is cut by hand and never decoded: the signed text is the wire text.
 *
 * @see RFC 9421, section 2.2
 * @module
 */

import { VerificationError } from '../errors.ts';
import { encodeUtf8 } from '../internal/bytes.ts';
import type { ComponentSource } from '../signature/base.ts';
import type { Component } from '../signature/component.ts';
import { type FieldTypes, fieldComponent } from './field.ts';
import { createFieldReader, type FieldReader, type RequestMessage, type ResponseMessage } from './message.ts';
import { formDecode } from './query-param.ts';

/** Reads components off a request. A `req` component is a mistake there (section 2.4). */
export function requestSource(
  message: RequestMessage,
  read: FieldReader = createFieldReader(message.fields),
  types?: FieldTypes,
): ComponentSource {
  const trailers = createFieldReader(message.trailers);
  return (component) => {
    const { name, params } = component;
    if (params.has('req')) throw unresolvable(component, 'a request answers no request');
    if (name.startsWith('@')) return deriveFromRequest(message, component);
    return fieldComponent(params.has('tr') ? trailers : read, component, types);
  };
}

/** Reads components off a response and, for `req` components, off the request it answers. */
export function responseSource(message: ResponseMessage, request: RequestMessage | undefined, types?: FieldTypes): ComponentSource {
  const read = createFieldReader(message.fields);
  const trailers = createFieldReader(message.trailers);
  const fromRequest = request && requestSource(request, undefined, types);
  return (component) => {
    const { name, params } = component;
    if (params.has('req')) return fromRequest?.(withoutReq(component));
    if (name === '@status') return statusText(message.status);
    if (name.startsWith('@')) throw unresolvable(component, 'is of requests only');
    return fieldComponent(params.has('tr') ? trailers : read, component, types);
  };
}

function withoutReq(component: Component): Component {
  const params = new Map(component.params);
  params.delete('req');
  return { ...component, params };
}

function statusText(status: number): string {
  if (!Number.isInteger(status) || status < 100 || status > 999)
    throw new VerificationError('component_unresolvable', 'the status has not three digits');
  return String(status);
}

function deriveFromRequest(message: RequestMessage, component: Component): string | undefined {
  const { target } = message;
  switch (component.name) {
    case '@method':
      return message.method;
    case '@scheme':
      return message.scheme.toLowerCase();
    case '@authority':
      return normalizeAuthority(message.authority, message.scheme);
    case '@target-uri':
      return `${message.scheme.toLowerCase()}://${normalizeAuthority(message.authority, message.scheme)}${target}`;
    case '@request-target':
      return target;
    case '@path':
      return splitTarget(target).path;
    case '@query':
      return splitTarget(target).query;
    case '@query-param':
      return queryParam(splitTarget(target).query, component);
    default:
      throw unresolvable(component, 'is not of requests');
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
 * @throws {VerificationError} `authority_forbidden` for anything but an A-label host or IP literal with a port.
 */
export function normalizeAuthority(authority: string, scheme: string): string {
  const lower = authority.toLowerCase();
  const match = HOST.exec(lower);
  if (match === null) throw new VerificationError('authority_forbidden', 'the authority is not a host with an optional port');
  const port = match[1];
  const standard = scheme.toLowerCase() === 'https' ? '443' : '80';
  return port === '' || port === standard ? lower.slice(0, lower.lastIndexOf(':')) : lower;
}

/** Section 2.2.8: the one value of a parameter, encoded anew. */
function queryParam(query: string, component: Component): string | undefined {
  const wanted = component.params.get('name');
  let found: string | undefined;
  for (const pair of query.slice(1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    if (formEncode(formDecode(equals < 0 ? pair : pair.slice(0, equals))) !== wanted) continue;
    if (found !== undefined) throw unresolvable(component, 'occurs twice');
    found = formEncode(formDecode(equals < 0 ? '' : pair.slice(equals + 1)));
  }
  return found;
}

/** The application/x-www-form-urlencoded percent-encode set, with a space as %20. */
function formEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9*\-._]/.test(character) ? character : `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  }
  return text;
}

function unresolvable({ identifier }: Component, why: string): VerificationError {
  return new VerificationError('component_unresolvable', `${identifier} ${why}`);
}

/** The parameter name of an identifier, as `@query-param` wants it: encoded. */
export function encodeQueryParamName(name: string): string {
  return formEncode(encodeUtf8(name));
}
