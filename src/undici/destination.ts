/**
 * Where a dispatch goes: what is signed for one origin must not be sent to another.
 *
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import { denied } from '../fetch/deny.ts';
import { objectionTo, type Spelling, tryUrl } from '../fetch/request/target.ts';
import type { DispatchOptionsLike } from './dispatch.ts';
import { withQuery } from './query.ts';

/**
 * What `compose` tells of the dispatcher it composes: the origin of a `Client` or `Pool`; `undefined` for an `Agent`, which goes where it
 * is told to; `null` for a `BalancedPool`, which chooses by itself; and before undici 8.9 nothing at all.
 */
export type Told = readonly [fixed?: string | null | undefined];

/**
 * The URL of a dispatch, which no parser on the way changes.
 *
 * @throws {SignedFetchError} If it must not go there.
 * @throws {TypeError} If it has no origin.
 */
export function destinationOf(options: DispatchOptionsLike, allowed: ReadonlySet<string>, told: Told, spell: Spelling): string {
  const fixed = fixedOrigin(allowed, told);
  const { path, method, query } = options;
  const from = options.origin ?? fixed;
  if (from == null) throw new TypeError('origin must be given');
  // CONNECT and absolute targets name another authority than the origin.
  if (method === 'CONNECT' || !path.startsWith('/')) throw new SignedFetchError('target_forbidden', 'the path must begin with /');
  const base = tryUrl(from);
  const url = base && tryUrl(base.origin + withQuery(path, query));
  if (base === undefined || url === undefined) throw new TypeError('origin must be a URL');
  const objection = objectionTo(base) ?? (allowed.has(url.origin) ? undefined : 'origin');
  if (objection) throw denied(objection, url.origin);
  // A Client sends a redirect's next hop to its own origin, with whatever signature it has.
  if (fixed !== undefined && fixed !== url.origin) throw denied('origin', url.origin);
  return spell(url);
}

/** The only origin that a dispatcher sends to; `undefined` if it sends wherever it is told to. */
function fixedOrigin(allowed: ReadonlySet<string>, told: Told): string | undefined {
  const [fixed] = told;
  if (fixed === null)
    throw new SignedFetchError('origin_forbidden', 'this dispatcher sends to origins that it chooses by itself: sign in a Pool for each');
  if (fixed !== undefined) return new URL(fixed).origin;
  if (told.length > 0) return undefined;
  // It may be a Client, which sends everything to its own origin, and does not say so.
  const [only, ...others] = allowed;
  if (others.length > 0)
    throw new SignedFetchError(
      'origin_forbidden',
      'undici before 8.9 does not say where a dispatcher sends: give one origin only, and an interceptor for each',
    );
  return only;
}
