/**
 * All components of requests and responses, those with parameters too.
 *
 * Pure text in, pure text out. What costs more than a look-up (a query, a dictionary) is read once a message.
 *
 * @see RFC 9421, sections 2.1, 2.2 and 2.4
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import type { ComponentSource } from './base.ts';
import type { Component } from './component.ts';
import { derivedValue, splitTarget } from './derive.ts';
import { createFieldReader, type FieldReader } from './field-lines.ts';
import type { RequestMessage, ResponseMessage } from './message.ts';
import { indexQuery, TWICE } from './query-param.ts';
import { plainField } from './single-value.ts';
import { createFieldComponents, type FieldTypes, unresolvable } from './structured-field.ts';

/** Reads components off a request. A `req` component is a mistake there (section 2.4). */
export function requestSource(
  message: RequestMessage,
  read: FieldReader = createFieldReader(message.fields),
  types?: FieldTypes,
): ComponentSource {
  let parameterized: ComponentSource | undefined;
  return (component) => {
    const { name, params } = component;
    // A name that begins with @ is never read from fields.
    if (params.size === 0) return name.startsWith('@') ? derivedValue(message, name) : plainField(read, name);
    if (params.has('req')) throw unresolvable(component, 'a request answers no request');
    parameterized ??= parameterizedSource(message, read, types);
    return parameterized(component);
  };
}

/** Components with parameters, which few signatures cover. */
function parameterizedSource(message: RequestMessage, read: FieldReader, types?: FieldTypes): ComponentSource {
  const queryParams = indexQuery(splitTarget(message.target).query);
  const fields = fieldSource(read, message.trailers, types);
  return (component) => {
    if (component.name !== '@query-param') return fields(component);
    const value = queryParams(String(component.params.get('name')));
    if (value === TWICE) throw unresolvable(component, 'occurs twice');
    return value;
  };
}

/** Reads components off a response and, for `req` components, off the request it answers. */
export function responseSource(
  message: ResponseMessage,
  request: RequestMessage | undefined,
  read: FieldReader = createFieldReader(message.fields),
  types?: FieldTypes,
): ComponentSource {
  const fromRequest = request && requestSource(request, undefined, types);
  const fields = fieldSource(read, message.trailers, types);
  return (component) => {
    const { name, params } = component;
    if (params.has('req')) return fromRequest?.(withoutReq(component));
    if (name === '@status') return statusText(message.status);
    if (name.startsWith('@')) throw unresolvable(component, 'is of requests only');
    return fields(component);
  };
}

/** Fields, and trailers where a component says so (section 2.1.4). */
function fieldSource(read: FieldReader, trailers: RequestMessage['trailers'], types?: FieldTypes): ComponentSource {
  const header = createFieldComponents(read, types);
  let trailer: ComponentSource | undefined;
  return (component) => {
    if (!component.params.has('tr')) return header(component);
    trailer ??= createFieldComponents(createFieldReader(trailers), types);
    return trailer(component);
  };
}

function withoutReq(component: Component): Component {
  const params = new Map(component.params);
  params.delete('req');
  return { ...component, params };
}

function statusText(status: number): string {
  if (!Number.isInteger(status) || status < 100 || status > 999)
    throw new ComponentError('component_unresolvable', 'the status has not three digits');
  return String(status);
}
