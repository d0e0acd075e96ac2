/**
 * The positive list: what is covered in place of the defaults. What it leaves out of them is left out by name, on both sides.
 *
 * @see RFC 9421, sections 1.4 and 7.2.1
 * @module
 */

import type { Component } from '../rfc9421/component.ts';
import { CONTENT_DIGEST, type CoveredComponent, covers, type NamedComponent, readCoveredComponents } from '../rfc9421/coverage.ts';

/** What may be left out of a positive list, and what says so. */
export interface LeftOut {
  /** The components that need a name: the control data of the carrier's messages. Content is among them anyway. */
  readonly control: readonly Component[];
  /** Those whose names say that they are left out. */
  readonly uncovered: ReadonlySet<string>;
  /** Whether what ties a response to its request may be left out. */
  readonly unbound: boolean;
}

/**
 * Reads a positive list; `name` is what messages call it, and `prefix` what they call the options beside it.
 *
 * @throws {TypeError} If the list, or a member of it, is none; or if it leaves out what `leftOut` does not name.
 */
export function readRequiredList(given: readonly CoveredComponent[], leftOut: LeftOut, prefix = ''): readonly NamedComponent[] {
  const name = `${prefix}required`;
  const named = readCoveredComponents(given, name);
  if (named.length === 0) throw new TypeError(`${name} must not be empty`);
  const listed = named.map(({ component }) => component);
  for (const component of [...leftOut.control, CONTENT_DIGEST]) if (!covers(listed, component)) requireSaid(component, leftOut, prefix);
  return named;
}

function requireSaid({ identifier, name, params }: Component, { uncovered, unbound }: LeftOut, prefix: string): void {
  if (uncovered.has(name)) return;
  if (!params.has('req'))
    throw new TypeError(`${prefix}required leaves out ${name}: add ${addition(name)}, or name it in ${prefix}insecurelyAllowUncovered`);
  if (!unbound) throw new TypeError(`${prefix}required leaves out ${identifier}: add it, or say ${prefix}insecurelyAllowUnboundResponse`);
}

/** Not every message has content. */
function addition(name: string): string {
  return name === CONTENT_DIGEST.name ? `{ name: '${name}', when: 'present' }` : 'it';
}
