/**
 * What a signature covers by default: the one place. Signers, verifiers and Accept-Signature read it.
 *
 * @see RFC 9421, sections 1.4, 2 and 7.2.1; WIRE, "Header carrier"
 * @module
 */

import { memberOf } from '../internal/options.ts';
import type { ComponentSource } from './base.ts';
import { type Component, plainComponent } from './component.ts';
import { parseComponent } from './parse-component.ts';

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
    const text = typeof one === 'object' && one !== null && memberOf(one, 'when') === 'present' ? memberOf(one, 'name') : undefined;
    if (typeof text !== 'string')
      throw new TypeError(`${name} must hold names, or objects like { name: 'idempotency-key', when: 'present' }`);
    return { component: parseComponent(text, name), mayLack: true };
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

/** Control data of a request, always covered. */
export const REQUEST_CONTROL: readonly Component[] = /* @__PURE__ */ ['@method', '@authority', '@path', '@query'].map(plainComponent);

/** Control data of a response, always covered. */
export const RESPONSE_CONTROL: readonly Component[] = /* @__PURE__ */ ['@status'].map(plainComponent);

/** What describes content: covered when it is there. */
const CONTENT_FIELDS: readonly Component[] = /* @__PURE__ */ ['content-type', 'content-encoding'].map(plainComponent);

/** Where a response leads: covered when it is there. */
const LOCATION: Component = /* @__PURE__ */ plainComponent('location');

/** The digest of content: covered whenever there is at least one byte. */
export const CONTENT_DIGEST: Component = /* @__PURE__ */ plainComponent('content-digest');

const NONE: readonly Component[] = [];

/** Whether a message has a field, by lower-case name. */
export type HasField = (name: string) => boolean;

/** The fields of a request that must be covered because they are there, the digest apart. */
export function presentRequestFields(has: HasField): readonly Component[] {
  const [type, encoding] = CONTENT_FIELDS as readonly [Component, Component];
  if (!has('content-encoding')) return has('content-type') ? [type] : NONE;
  return has('content-type') ? CONTENT_FIELDS : [encoding];
}

/** The fields of a response that must be covered because they are there, the digest apart. */
export function presentResponseFields(has: HasField): readonly Component[] {
  const fields = presentRequestFields(has);
  return has('location') ? [...fields, LOCATION] : fields;
}

/** What of the request a response covers: its control data, and its digest if it had one (section 2.4). */
export function requestOfResponse(hasDigest: boolean): readonly Component[] {
  const names = REQUEST_CONTROL.map(({ name }) => name);
  if (hasDigest) names.push(CONTENT_DIGEST.name);
  return names.map((name) => parseComponent(`"${name}";req`));
}

/** What a component contains besides itself: covering the first covers the others. */
const CONTAINED = [
  { container: '"@target-uri"', contained: ['"@scheme"', '"@authority"', '"@path"', '"@query"'] },
  { container: '"@request-target"', contained: ['"@path"', '"@query"'] },
  { container: '"@target-uri";req', contained: ['"@scheme";req', '"@authority";req', '"@path";req', '"@query";req'] },
  { container: '"@request-target";req', contained: ['"@path";req', '"@query";req'] },
];

/**
 * Whether the covered components include one, by itself or inside another. A weaker variant does not count: a member of a field is not the
 * field, nor is the field as a parser would write it (`;sf`), since parsers disagree. Its bytes line by line (`;bs`) say at least as much.
 */
export function covers(covered: readonly Component[], { name, identity, params }: Component): boolean {
  if (includes(covered, identity)) return true;
  if (params.size > (params.has('req') ? 1 : 0)) return false;
  if (!name.startsWith('@')) return params.size === 0 && includes(covered, `${identity};bs`);
  return CONTAINED.some(({ container, contained }) => contained.includes(identity) && includes(covered, container));
}

/** There are few of them: looking through them is quicker than making a set. */
function includes(covered: readonly Component[], wanted: string): boolean {
  for (const { identity } of covered) if (identity === wanted) return true;
  return false;
}

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
