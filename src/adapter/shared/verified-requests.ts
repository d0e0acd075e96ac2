/**
 * Which request was verified, and what came of it: beside the framework's request objects, so that nobody can write it there.
 *
 * @module
 */

import { assertObject } from '../../internal/assert.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';

const verifiedRequests: WeakMap<object, VerifiedRequest> = /* @__PURE__ */ new WeakMap();

/** Remembers what was verified of a request, or event, of a framework. */
export function remember(request: object, verified: VerifiedRequest): void {
  verifiedRequests.set(request, verified);
}

/**
 * What was verified of a framework's request.
 *
 * @throws {TypeError} If the adapter did not verify this request: it is not mounted before the handler. Never `undefined`.
 */
export function getVerified(request: object): VerifiedRequest {
  assertObject(request, 'request');
  const verified = verifiedRequests.get(request);
  if (verified === undefined) throw new TypeError('the request was not verified: mount the adapter of countersign before this handler');
  return verified;
}
