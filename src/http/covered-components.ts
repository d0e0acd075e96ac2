/**
 * What a signer covers: the defaults and more, or a positive list in their place.
 *
 * @module
 */

import type { ComponentSource } from '../rfc9421/base.ts';
import type { Component } from '../rfc9421/component.ts';
import { CONTENT_DIGEST, type LeftOut, readCoveredComponents, readRequiredList, requiredComponents } from '../rfc9421/coverage.ts';
import { callersMistake, type SignOptions, withComponents } from '../signature/sign.ts';

/** The part of the options that says what is covered. */
export type Coverage = Pick<SignOptions, 'components' | 'required'>;

/** Requires one of the two at the most. @throws {TypeError} */
export function checkCoverage({ components, required }: Coverage): void {
  if (components !== undefined && required !== undefined)
    throw new TypeError('required stands in place of the defaults, and components besides them: give one of the two');
}

/** Whether the digest of content is covered where there is content. */
export function coversDigest({ required }: Coverage): boolean {
  return (
    required === undefined || readCoveredComponents(required, 'required').some(({ component }) => component.name === CONTENT_DIGEST.name)
  );
}

/**
 * The components to cover of a message: `defaults` and what is named besides, or a positive list.
 *
 * @throws {TypeError} If a list is none, or a component is not there; if a positive list leaves out what `leftOut` does not name.
 */
export function coveredComponents(
  { components, required }: Coverage,
  source: ComponentSource,
  defaults: readonly Component[],
  leftOut: LeftOut,
): readonly Component[] {
  if (required !== undefined) {
    const named = readRequiredList(required, leftOut);
    return callersMistake(() => withComponents([], requiredComponents(named, source)));
  }
  const covered = defaults.filter(({ name }) => !leftOut.uncovered.has(name));
  if (components === undefined) return covered;
  return callersMistake(() => withComponents(covered, requiredComponents(readCoveredComponents(components), source)));
}
