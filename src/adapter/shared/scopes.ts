/**
 * Scopes: what whoever has a key may do, as its record says.
 *
 * @module
 */

import { assertTexts } from '../../internal/assert.ts';
import { requireGranted } from '../../signature/consumer.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';

/** Reads scopes that a route asks for. @throws {TypeError} If there are none, or one is no text. */
export function readScopes(scopes: readonly string[]): readonly string[] {
  assertTexts(scopes, 'scopes');
  if (scopes.length === 0 || scopes.includes('')) throw new TypeError('scopes must name at least one scope: coins:write');
  return [...scopes];
}

/**
 * Requires that the key of a request has each of these scopes.
 *
 * @throws {VerificationError} `scope_insufficient`, with those that lack.
 */
export function checkScopes({ key }: Pick<VerifiedRequest, 'key'>, required: readonly string[]): void {
  requireGranted(key.scopes ?? [], required);
}
