/**
 * All components of requests and responses, those with parameters too.
 *
 * Pure text in, pure text out.
 *
 * @see RFC 9421, sections 2.1, 2.2 and 2.4
 * @module
 */

import { VerificationError } from '../errors.ts';
import type { ComponentSource } from './base.ts';
import type { Component } from './component.ts';
import { derivedValue, splitTarget } from './derive.ts';
import { createFieldReader, type FieldReader } from './field-lines.ts';
import type { RequestMessage, ResponseMessage } from './message.ts';
import { formDecode } from './query-param.ts';
import { plainField } from './single-value.ts';
import { type FieldTypes, fieldComponent } from './structured-field.ts';

/** Reads components off a request. A `req` component is a mistake there (section 2.4). */
export function requestSource(
  message: RequestMessage,
  read: FieldReader = createFieldReader(message.fields),
  types?: FieldTypes,
): ComponentSource {
  return (component) => {
    const { name, params } = component;
    // A name that begins with @ is never read from fields.
    if (params.size === 0) return name.startsWith('@') ? derivedValue(message, name) : plainField(read, name);
    if (params.has('req')) throw unresolvable(component, 'a request answers no request');
    if (name === '@query-param') return queryParam(splitTarget(message.target).query, component);
    return fieldComponent(params.has('tr') ? createFieldReader(message.trailers) : read, component, types);
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
