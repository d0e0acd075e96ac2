/**
 * Plain components of a request: control data and whole fields.
 *
 * @see RFC 9421, sections 2.1 and 2.2
 * @module
 */

import type { ComponentSource } from '../signature/base.ts';
import { ComponentError } from '../signature/component-error.ts';
import { controlSource, normalizeAuthority } from './control-source.ts';
import type { RequestMessage } from './message.ts';

/** Reads components without parameters off a request; `field` reads the value of one that is a field. */
export function plainSource(message: RequestMessage, field: (name: string) => string | undefined): ComponentSource {
  const { scheme, authority, target } = message;
  const control = controlSource(message, (name) => {
    switch (name) {
      case '@scheme':
        return scheme.toLowerCase();
      case '@target-uri':
        return `${scheme.toLowerCase()}://${normalizeAuthority(authority, scheme)}${target}`;
      case '@request-target':
        return target;
      default:
        throw new ComponentError('component_unresolvable', `"${name}" is not of requests`);
    }
  });
  // A name that begins with @ is never read from fields.
  return (component) => (component.name.startsWith('@') ? control(component) : field(component.name));
}
