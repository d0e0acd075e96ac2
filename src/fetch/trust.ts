/**
 * Channels nobody on the way can write to: only what came over one is believed or followed without a signature.
 *
 * @module
 */

import { isLoopback } from '../internal/loopback.ts';
import { readOrigins, tryUrl } from './request/target.ts';

/** Whether nobody but an origin could have written a response: https, this very machine, or an origin that is named. */
export type Trust = (origin: string, response?: Response | undefined) => boolean;

/**
 * Makes the test; `named` are origins whose plain http the deployment protects otherwise.
 *
 * @throws {TypeError} If they are none.
 */
export function createTrust(named: readonly string[] | undefined): Trust {
  const protectedOrigins = readOrigins(named ?? [], 'insecurelyTrustPlainHttp');
  return (origin, response) => {
    // A service worker, or an injected fetch, may have answered for somebody else.
    if (response?.url && tryUrl(response.url)?.origin !== origin) return false;
    return origin.startsWith('https:') || protectedOrigins.has(origin) || isLoopback(new URL(origin).hostname);
  };
}
