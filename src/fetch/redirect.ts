/**
 * Redirects: followed by us, each hop signed for where it goes.
 *
 * Runtimes that follow by themselves resend the old signature, and to other origins the body and whatever keys are in
 * custom fields too. And whoever can write a redirect can have any path of its target signed: so none is followed that somebody on the
 * way may have written.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import { assertFlag, assertInteger } from '../internal/assert.ts';
import { type Call, modesOf } from './call.ts';
import { isReplayable, NO_CONTENT } from './request/content.ts';
import { objectionTo, type Spelling, tryUrl, withoutQuery } from './request/target.ts';
import type { Trust } from './trust.ts';

/** What describes a body that a redirect dropped. */
const BODY_FIELDS: readonly string[] = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
  'content-digest',
  'repr-digest',
  'unencoded-digest',
];

/** What goes along to another origin: what describes the content, and wishes about the answer. Anything else may be a key to the first one. */
const SAFE_FIELDS: readonly string[] = [
  ...BODY_FIELDS,
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'idempotency-key',
  'range',
  'user-agent',
  'want-content-digest',
  'want-repr-digest',
];

/** Follows redirects. */
export interface Redirects {
  /**
   * Whether a response is a redirect that the caller wants followed.
   *
   * @throws {SignedFetchError} `redirect_forbidden` if it is one, and must not be.
   */
  isToBeFollowed(call: Call, response: Response): boolean;
  /**
   * The next hop, to where a redirect leads; `shown` is the response, or what was verified of it.
   *
   * @throws {SignedFetchError} `redirect_forbidden`, with the target as far as it is known.
   */
  follow(call: Call, response: Response, shown: Response): Call;
}

/** Which redirects to follow. */
export interface RedirectOptions {
  /** Whether a redirect may lead from one of `origins` to another; false by default: none leaves its origin. */
  readonly crossOriginRedirects?: boolean | undefined;
  /** Fields that go along to another origin besides those that describe content and wishes (`accept`, `content-type`, …). Default: none. */
  readonly crossOriginFields?: readonly string[] | undefined;
  /** Redirects to follow, 0 to 20; 10 by default. */
  readonly maxRedirects?: number | undefined;
}

/** What redirects are held to besides. */
interface RedirectRules extends RedirectOptions {
  readonly origins: ReadonlySet<string> | undefined;
  readonly trusts: Trust;
  readonly spell: Spelling;
}

/** Makes what follows redirects. @throws {TypeError | RangeError} */
export function createRedirects({
  maxRedirects = 10,
  origins,
  crossOriginRedirects = false,
  crossOriginFields = [],
  trusts,
  spell,
}: RedirectRules): Redirects {
  assertInteger(maxRedirects, 'maxRedirects', 0, 20);
  assertFlag(crossOriginRedirects, 'crossOriginRedirects');
  if (crossOriginRedirects && origins === undefined)
    throw new TypeError('crossOriginRedirects needs origins: redirects lead to these only');
  const kept = new Set([...SAFE_FIELDS, ...readFieldNames(crossOriginFields)]);
  const others = crossOriginRedirects ? origins : undefined;

  /** Why a call must not go on to a target. */
  const objection = ({ origin, content, tried, request }: Call, response: Response, { origin: next }: URL): string | undefined => {
    if (tried.hops >= maxRedirects) return 'is one too many (maxRedirects)';
    if (!trusts(origin, response)) return 'came over plain http, where anybody may have written it';
    if (next !== origin && !others?.has(next)) return `leads to another origin, ${next} (crossOriginRedirects, origins)`;
    if (origin.startsWith('https:') && next.startsWith('http:')) return 'leads from https to http';
    if (!trusts(next)) return 'leads to plain http';
    const resends = !becomesGet(request.method, response.status);
    return resends && !isReplayable(content) ? 'needs the body again, which was a stream' : undefined;
  };

  return {
    isToBeFollowed: (call, response) => {
      if (!isRedirect(response) || call.redirect === 'manual') return false;
      if (call.redirect === 'error') throw forbidden(call, 'is not wanted', readTarget(call, response, spell)?.url);
      // Browsers: status 0, and nothing more.
      if (response.status === 0) throw forbidden(call, 'cannot be followed: browsers hide its target. Request the final URL');
      return response.headers.has('location');
    },
    follow: (call, response, shown) => {
      const found = readTarget(call, shown, spell);
      if (found === undefined) throw forbidden(call, 'leads nowhere we sign for');
      const why = objection(call, response, found.target);
      if (why !== undefined) throw forbidden(call, why, found.url);
      const { origin } = found.target;
      return hop(call, found.url, origin, becomesGet(call.request.method, response.status), origin === call.origin ? undefined : kept);
    },
  };
}

/** The statuses of the standard; 0 is how browsers show them. */
function isRedirect({ status }: Response): boolean {
  return status === 0 || status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function forbidden({ request }: Call, why: string, target?: string): SignedFetchError {
  return new SignedFetchError('redirect_forbidden', `the redirect of ${withoutQuery(request.url)} ${why}`, { target });
}

/** Where a response leads; `undefined` if nowhere, or where nothing is signed for. */
function readTarget({ request }: Call, { headers }: Response, spell: Spelling): { readonly target: URL; readonly url: string } | undefined {
  const location = headers.get('location');
  const target = location === null ? undefined : tryUrl(location, request.url);
  return target === undefined || objectionTo(target) ? undefined : { target, url: spell(target) };
}

/** 301 and 302 turn POST into GET, 303 everything but HEAD; 307 and 308 keep method and bytes. */
function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return status < 303 && method === 'POST';
}

/** The call once more, elsewhere; `kept` are the fields that go along, if not all. */
function hop(call: Call, url: string, origin: string, dropsBody: boolean, kept: ReadonlySet<string> | undefined): Call {
  const { request: sent, tried } = call;
  const headers = new Headers(sent.headers);
  // Earlier signatures of others were for the old URL.
  for (const name of ['signature', 'signature-input', ...(dropsBody ? BODY_FIELDS : [])]) headers.delete(name);
  if (kept !== undefined) for (const name of [...headers.keys()]) if (!kept.has(name)) headers.delete(name);
  const method = dropsBody ? 'GET' : sent.method;
  // The caller's init once more: runtimes have members of their own in it.
  const { body: _, ...init } = call.init;
  return {
    ...call,
    request: new Request(url, { ...init, ...modesOf(sent), method, headers, redirect: 'manual' }),
    origin,
    content: dropsBody ? NO_CONTENT : call.content,
    earlier: call.earlier.map(([name]) => [name, null] as const),
    // What another path asked for is asked anew; the clock is the origin's.
    asked: undefined,
    skew: kept === undefined ? call.skew : undefined,
    tried: { ...tried, hops: tried.hops + 1, asks: 0, corrections: kept === undefined ? tried.corrections : 0 },
  };
}

function readFieldNames(given: readonly string[]): readonly string[] {
  if (!Array.isArray(given) || !given.every((name) => typeof name === 'string'))
    throw new TypeError("crossOriginFields must be a list of field names, like ['x-trace']");
  return given.map((name: string) => name.toLowerCase());
}

/** Frees the connection. */
export function discard(response: Response | undefined): void {
  response?.body?.cancel().catch(() => undefined);
}
