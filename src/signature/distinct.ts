import { ComponentError } from './component-error.ts';
import type { Component } from './plain-component.ts';

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
