/**
 * The signature base: the exact text a signature is computed over.
 *
 * Pure text in, pure text out: no keys, clock or I/O, so that it can be held against the RFC byte for byte.
 *
 * @see RFC 9421, section 2.5
 * @module
 */

import { ComponentError } from './component-error.ts';
import type { Component } from './plain-component.ts';

/** Reads one component off a message; `undefined` when the message does not have it. */
export type ComponentSource = (component: Component) => string | undefined;

/** Printable ASCII, space and tab: neither a line break nor anything whose bytes could be in doubt. */
const COMPONENT_TEXT = /^[\t\x20-\x7e]*$/;

/**
 * Builds the signature base of a message; `params` is the text of `@signature-params`.
 *
 * @throws {ComponentError} `component_unresolvable` if the message lacks a covered component. An absent field is
 *   not an empty field: signing `''` in its place would let a proxy add one. `signature_malformed` if a component is
 *   covered twice.
 */
export function createSignatureBase(source: ComponentSource, components: readonly Component[], params: string): string {
  let base = '';
  requireUnique(components);
  for (const component of components) {
    const { identifier } = component;
    const value = source(component);
    if (value === undefined) throw new ComponentError('component_unresolvable', `the message has no ${identifier}`);
    if (!COMPONENT_TEXT.test(value)) throw new ComponentError('component_unresolvable', `${identifier} holds a forbidden character`);
    base += `${identifier}: ${value}\n`;
  }
  return `${base}"@signature-params": ${params}`;
}

const FEW = 16;

/** Section 2.5: every identifier occurs once, or two parties may read different values. */
function requireUnique(components: readonly Component[]): void {
  // Few are compared with each other, which is quicker than a set.
  const seen = components.length > FEW ? new Set<string>() : undefined;
  for (let index = 0; index < components.length; index++) {
    const { identity, identifier } = components[index]!;
    if (seen === undefined ? occursBefore(components, index, identity) : seen.has(identity))
      throw new ComponentError('signature_malformed', `${identifier} is covered twice`);
    seen?.add(identity);
  }
}

function occursBefore(components: readonly Component[], end: number, wanted: string): boolean {
  for (let index = 0; index < end; index++) if (components[index]!.identity === wanted) return true;
  return false;
}
