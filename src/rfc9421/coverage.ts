import type { ComponentSource } from './base.ts';
import { type Component, plainComponent } from './component.ts';
import { createFieldReader } from './field-lines.ts';
import type { RequestMessage } from './message.ts';
import { parseComponent } from './parse-component.ts';

/** What every request signature covers by default. */
export const REQUEST_COMPONENTS: readonly Component[] = /* @__PURE__ */ ['@method', '@authority', '@path', '@query'].map(plainComponent);

/** The request components that a response covers: those that are always there, and the digest if there was one. */
export function responseToComponents(fields: RequestMessage['fields']): readonly Component[] {
  const names = REQUEST_COMPONENTS.map(({ name }) => name);
  if (createFieldReader(fields)('content-digest') !== undefined) names.push('content-digest');
  return names.map((name) => parseComponent(`"${name}";req`));
}

/**
 * A component that an option names: `x-tenant`, or a whole identifier such as `"@query-param";name="id"`. As an object with
 * `when: 'present'` it is covered where the message has it, and left out where it has not.
 */
export type CoveredComponent = string | { readonly name: string; readonly when: 'present' };

/** A component that was named, and whether a message may lack it. */
export interface NamedComponent {
  readonly component: Component;
  readonly mayLack: boolean;
}

/**
 * Reads the components that an option names.
 *
 * @throws {TypeError} If the list, or a member of it, is none; `name` is what the message calls it.
 */
export function readCoveredComponents(given: readonly CoveredComponent[], name = 'components'): readonly NamedComponent[] {
  if (!Array.isArray(given)) throw new TypeError(`${name} must be a list, like ['x-tenant']`);
  return given.map((one: CoveredComponent) => {
    if (typeof one === 'string') return { component: parseComponent(one, name), mayLack: false };
    if (typeof one?.name !== 'string' || one.when !== 'present')
      throw new TypeError(`${name} must hold names, or objects like { name: 'idempotency-key', when: 'present' }`);
    return { component: parseComponent(one.name, name), mayLack: true };
  });
}

/**
 * The components that a message has to have covered: those it may lack only if it has them.
 *
 * @throws {ComponentError} What `source` throws: a component that is there and cannot be covered is not left out.
 */
export function requiredComponents(named: readonly NamedComponent[], source: ComponentSource): readonly Component[] {
  return named.filter(({ component, mayLack }) => !mayLack || source(component) !== undefined).map(({ component }) => component);
}
