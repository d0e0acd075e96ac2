/**
 * Components without parameters: all that most signatures cover.
 *
 * @see RFC 9421, sections 2.1 and 2.2
 * @module
 */

import type { Parameters } from '../structured-fields/value.ts';

/** One covered component. */
export interface Component {
  /** Lower-case field name, or a derived name that begins with `@`. */
  readonly name: string;
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
