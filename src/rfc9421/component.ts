/**
 * Components without parameters: all that most signatures cover.
 *
 * @see RFC 9421, sections 2.1 and 2.2
 * @module
 */

import { ComponentError } from '../internal/component-error.ts';
import type { Parameters } from '../structured-fields/value.ts';

/** One covered component. */
export interface Component {
  /** Lower-case field name, or a derived name that begins with `@`. */
  readonly name: string;
  /** The parameters of the identifier: `key`, `sf`, `bs`, `req`, `tr`, `name`. */
  readonly params: Parameters;
  /** The identifier as it stands in the message: `"content-digest";key="sha-256"`. */
  readonly identifier: string;
  /** The identifier with its parameters sorted: equal for two identifiers that mean the same. */
  readonly identity: string;
}

const NO_PARAMETERS: Parameters = /* @__PURE__ */ new Map();

/** A component without parameters. */
export function plainComponent(name: string): Component {
  const identifier = `"${name}"`;
  return { name, params: NO_PARAMETERS, identifier, identity: identifier };
}

const FEW = 16;

/**
 * Section 2.5: every identifier occurs once, or two parties may read different values.
 *
 * @throws {ComponentError} `signature_malformed` if a component is covered twice.
 */
export function requireDistinct(components: readonly Component[]): void {
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
