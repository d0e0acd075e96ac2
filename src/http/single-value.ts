/**
 * Fields that have one value: where it was joined of two, nobody knows which counts.
 *
 * @module
 */

import { ComponentError } from '../signature/component-error.ts';

const NEVER_WITH_COMMA: ReadonlySet<string> = /* @__PURE__ */ new Set(['content-length', 'content-type', 'host']);

/**
 * A value, once it is sure that it is one.
 *
 * @throws {ComponentError} `component_unresolvable` if a field that has one value occurs twice.
 */
export function singleValue(name: string, value: string | undefined): string | undefined {
  return value !== undefined && NEVER_WITH_COMMA.has(name) && hasBareComma(value) ? occursTwice(name) : value;
}

/** @throws {ComponentError} `component_unresolvable`. */
export function occursTwice(name: string): never {
  throw new ComponentError('component_unresolvable', `"${name}" occurs twice`);
}

function hasBareComma(value: string): boolean {
  let quoted = false;
  for (let index = 0; index < value.length; index++) {
    if (value[index] === '"') quoted = !quoted;
    else if (value[index] === ',' && !quoted) return true;
  }
  return false;
}
