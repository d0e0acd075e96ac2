/**
 * The signature base: the exact text a signature is computed over.
 *
 * Pure text in, pure text out: no keys, clock or I/O, so that it can be held against the RFC byte for byte.
 *
 * @see RFC 9421, section 2.5
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import { encodeLatin1 } from '../internal/utf8.ts';
import type { Component } from './component.ts';

/** Reads one component off a message; `undefined` when the message does not have it. */
export type ComponentSource = (component: Component) => string | undefined;

/** Printable ASCII, space and tab: neither a line break nor anything whose bytes could be in doubt. */
const COMPONENT_TEXT = /^[\t\x20-\x7e]*$/;

/**
 * Builds the signature base of a message; the components are distinct, `params` is the text of `@signature-params`.
 *
 * @throws {ComponentError} `component_unresolvable` if the message lacks a covered component. An absent field is
 *   not an empty field: signing `''` in its place would let a proxy add one.
 */
export function createSignatureBase(source: ComponentSource, components: readonly Component[], params: string): string {
  let base = '';
  for (const component of components) {
    const { identifier } = component;
    const value = source(component);
    if (value === undefined) throw new ComponentError('component_unresolvable', `the message has no ${identifier}`);
    if (!COMPONENT_TEXT.test(value)) throw new ComponentError('component_unresolvable', `${identifier} holds a forbidden character`);
    base += componentLine(component, value);
  }
  return base + paramsLine(params);
}

/** One line of a base; its value was checked, or is ours. */
export function componentLine({ identifier }: Component, value: string): string {
  return `${identifier}: ${value}\n`;
}

/** The last line of a base. */
export function paramsLine(params: string): string {
  return `"@signature-params": ${params}`;
}

// The bytes of a signature base, cut from a larger piece of memory: for so few bytes, getting memory costs more than
// writing to it. Each base has a part of its own, which is never written again.

const PIECE = 16 * 1024;

const LONGEST = 1024;

let encoder: TextEncoder | undefined;

let piece: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

let used = 0;

/** The bytes of a signature base, which is ASCII. */
export function baseBytes(text: string): Uint8Array {
  const { length } = text;
  if (typeof TextEncoder === 'undefined') return encodeLatin1(text);
  encoder ??= new TextEncoder();
  if (length > LONGEST) return encoder.encode(text);
  if (used + length > piece.length) {
    piece = new Uint8Array(PIECE);
    used = 0;
  }
  const bytes = piece.subarray(used, used + length);
  used += length;
  // A key may have transferred the memory to another thread; some engines have no encodeInto.
  const written = encoder.encodeInto?.(text, bytes).written;
  return written === length ? bytes : encoder.encode(text);
}
