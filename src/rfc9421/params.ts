/**
 * Signature parameters: what a signature says about itself.
 *
 * Pure text and data.
 *
 * @see RFC 9421, section 2.3
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import type { Parameters } from '../structured-fields/value.ts';
import type { Component } from './component.ts';

/** The parameters of one signature. Times are whole seconds since the epoch. */
export interface SignatureParams {
  readonly created?: number | undefined;
  readonly expires?: number | undefined;
  readonly nonce?: string | undefined;
  readonly alg?: string | undefined;
  readonly keyid?: string | undefined;
  readonly tag?: string | undefined;
  /** Who the message is for (body carrier). */
  readonly audience?: string | undefined;
  /** Whom the message is about (body carrier). */
  readonly subject?: string | undefined;
}

/** The order in which they are written: section 2.3's own, then those of the body carrier. */
const ORDER = ['created', 'expires', 'nonce', 'alg', 'keyid', 'tag', 'audience', 'subject'] as const;

/** Later than any clock, earlier than any rounding of integers. */
const MAX_TIME = 2 ** 40;

const MAX_TEXT = 1024;

/** The longest nonce, in characters. */
export const MAX_NONCE = 128;

/**
 * The value of `@signature-params`: covered components and parameters, exactly as it is signed and sent.
 *
 * @throws {TypeError} If a text holds what a structured field cannot carry (anything but printable ASCII).
 */
export function serializeSignatureParams(components: readonly Component[], params: SignatureParams): string {
  let text = '';
  for (const { identifier } of components) text += text === '' ? identifier : ` ${identifier}`;
  text = `(${text})`;
  for (const name of ORDER) {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value !== undefined) text += `;${name}=${typeof value === 'number' ? value : quote(name, value)}`;
  }
  return text;
}

/** A structured field String (RFC 9651, section 4.1.6). */
function quote(name: string, value: string): string {
  if (/^[ !#-[\]-~]+$/.test(value)) return `"${value}"`;
  if (!/^[ -~]+$/.test(value)) throw new TypeError(`${name} must be printable ASCII`);
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Reads the parameters this library knows. Others are left alone: they are signed all the same.
 *
 * @throws {ComponentError} `signature_malformed` for a value of the wrong type or out of bounds.
 */
export function readSignatureParams(received: Parameters): SignatureParams {
  const time = (name: string): number | undefined => {
    const value = received.get(name);
    // Section 2.3: no sub-second times, so a Decimal is not one.
    if (value === undefined || (typeof value === 'number' && value >= 0 && value <= MAX_TIME)) return value;
    throw new ComponentError('signature_malformed', `${name} must be a time in seconds`);
  };
  const text = (name: string, limit = MAX_TEXT): string | undefined => {
    const value = received.get(name);
    if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= limit)) return value;
    throw new ComponentError('signature_malformed', `${name} must be a text of 1 to ${limit} characters`);
  };
  return {
    created: time('created'),
    expires: time('expires'),
    nonce: text('nonce', MAX_NONCE),
    alg: text('alg'),
    keyid: text('keyid'),
    tag: text('tag'),
    audience: text('audience'),
    subject: text('subject'),
  };
}
