/**
 * Scopes: what whoever has a key may do, as its record says.
 *
 * @module
 */

import { VerificationError } from '../../errors.ts';
import { assertTexts } from '../../internal/assert.ts';
import type { VerifiedRequest } from '../../signature/verified-request.ts';

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
export function checkScopes({ key }: VerifiedRequest, required: readonly string[]): void {
  const granted = key.scopes ?? [];
  const lacking = required.filter((scope) => !granted.includes(scope));
  if (lacking.length > 0) throw new VerificationError('scope_insufficient', `the key lacks ${lacking.join(', ')}`);
}
