/**
 * The signature base: the exact text a signature is computed over.
 *
 * Pure text in, pure text out: no keys, clock or I/O, so that it can be held against the RFC byte for byte.
 *
 * @see RFC 9421, section 2.5
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
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

/** The lines of fields that identify somebody, whatever parameters they have. */
const CREDENTIAL_LINES = /^("(?:authorization|proxy-authorization|cookie|set-cookie)"[^:]*): .*$/gm;

/** A base as it may be shown in a log, an error or an answer: the values of covered credentials are left out. */
export function maskBase(base: string): string {
  return !base.includes('authorization"') && !base.includes('cookie"') ? base : base.replace(CREDENTIAL_LINES, '$1: (not shown)');
}
