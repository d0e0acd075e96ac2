/**
 * Derived components of a request without parameters.
 *
 * @see RFC 9421, section 2.2
 * @module
 */

import { ComponentError } from '../signature/component-error.ts';
import { controlValue, normalizeAuthority } from './control-value.ts';
import type { RequestMessage } from './message.ts';

/**
 * The value of a derived component, whose name begins with `@`.
 *
 * @throws {ComponentError} `component_unresolvable` if requests have no such component.
 */
export function derivedValue(message: RequestMessage, name: string): string {
  const { scheme, authority, target } = message;
  switch (name) {
    case '@scheme':
      return scheme.toLowerCase();
    case '@target-uri':
      return `${scheme.toLowerCase()}://${normalizeAuthority(authority, scheme)}${target}`;
    case '@request-target':
      return target;
    default: {
      const value = controlValue(message, name);
      if (value === undefined) throw new ComponentError('component_unresolvable', `"${name}" is not of requests`);
      return value;
    }
  }
}
