/**
 * What is passed for a message: looked at before it is used, so that the caller learns what to pass instead.
 *
 * @module
 */

import { memberOf } from '../internal/options.ts';
import { isAbsolute } from '../rfc9421/derive.ts';
import { isFieldLines } from '../rfc9421/field-lines.ts';
import type { RequestMessage, ResponseMessage } from '../rfc9421/message.ts';

/**
 * Requires a request as plain data, to be signed.
 *
 * @throws {TypeError} If it is a `Request`, a response, a request of Node, or lacks a member.
 */
export function requireRequestMessage(message: RequestMessage, name = 'message'): void {
  requireMessage(message, name);
  for (const member of ['method', 'scheme', 'authority', 'target'] as const) {
    if (typeof memberOf(message, member) !== 'string') throw new TypeError(`${name}.${member} must be a string`);
  }
  if (!/^https?$/i.test(message.scheme)) throw new TypeError(`${name}.scheme must be https or http`);
  if (isAbsolute(message.target))
    throw new TypeError(`${name}.target must be path and query, such as /coins?x=1: the host belongs into authority`);
}

/** Requires a response as plain data. @throws {TypeError} */
export function requireResponseMessage(message: ResponseMessage, name = 'message'): void {
  requireMessage(message, name);
  if (typeof memberOf(message, 'status') !== 'number') throw new TypeError(`${name}.status must be a number`);
}

function requireMessage(message: object, name: string): void {
  if (typeof message !== 'object' || message === null) throw new TypeError(`${name} must be an object`);
  if ('rawHeaders' in message) throw new TypeError(`${name} is a request of Node: pass messageFromNode(${name}) of countersign/node`);
  if ('headers' in message) {
    const reader = 'status' in message || 'statusCode' in message ? 'messageFromResponse' : 'messageFromRequest';
    throw new TypeError(`${name} is no message: pass ${reader}(${name}, bytes)`);
  }
  requireFields(message as RequestMessage, name);
}

/**
 * Requires fields that can be read: pairs, or something with `get`.
 *
 * @throws {TypeError} If they are a plain object.
 */
export function requireFields({ fields }: Pick<RequestMessage, 'fields'>, name: string): void {
  if (typeof fields !== 'object' || fields === null) throw new TypeError(`${name}.fields must be pairs, or Headers`);
  if (!isFieldLines(fields)) {
    if (typeof memberOf(fields, 'get') !== 'function')
      throw new TypeError(`${name}.fields is a plain object: pass Object.entries(fields), or new Headers(fields)`);
    return;
  }
  for (const line of fields) {
    if (!Array.isArray(line) || typeof line[0] !== 'string' || typeof line[1] !== 'string')
      throw new TypeError(`${name}.fields must be pairs of strings`);
  }
}
