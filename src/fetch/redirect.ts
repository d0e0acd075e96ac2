/**
 * Redirects: followed by us, each hop signed for where it goes.
 *
 * Runtimes that follow by themselves resend the old signature, and to other origins the body and whatever keys are in
 * custom fields too.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Settings } from './options.ts';
import { objectionTo, toFixpoint, withoutFragment } from './target.ts';

/** What describes a body that a redirect dropped. */
const BODY_FIELDS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
  'content-digest',
  'repr-digest',
  'unencoded-digest',
];

/** What identifies the caller to one origin. */
const KEY_FIELDS = ['authorization', 'cookie', 'proxy-authorization', 'api-key', 'x-api-key', 'x-amz-security-token', 'x-auth-token'];

/** What a hop takes over. Members that a runtime lacks, or has empty, must not even be named there: workerd throws. */
const KEPT = ['signal', 'credentials', 'cache', 'integrity', 'keepalive', 'referrerPolicy'] as const;

/**
 * The next hop; `undefined` when the caller wants the redirect itself, or it says no target.
 *
 * @throws {SignedFetchError} `redirect_forbidden`, with the target as far as it is known.
 */
export function followRedirect(call: Call, response: Response, settings: Settings): Call | undefined {
  if (call.redirect === 'manual') return undefined;
  const { request, origin } = call;
  const where = `the redirect of ${withoutQuery(request.url)}`;
  // Browsers: status 0, and nothing more.
  if (response.status === 0)
    throw new SignedFetchError('redirect_forbidden', `${where} cannot be followed: browsers hide its target. Request the final URL`);
  const location = response.headers.get('location');
  if (location === null) return undefined;
  const target = resolve(location, request.url);
  if (target === undefined) throw new SignedFetchError('redirect_forbidden', `${where} leads nowhere we sign for`);
  const { origin: next } = target;
  const url = toFixpoint(target);
  const forbid = (why: string) => new SignedFetchError('redirect_forbidden', `${where} ${why}`, { target: url });
  if (call.redirect === 'error') throw forbid('is not wanted');
  const hops = call.tried.get('hop') ?? 0;
  if (hops >= settings.maxRedirects) throw forbid('is one too many (maxRedirects)');
  if (next !== origin && !settings.allowed?.has(next)) throw forbid(`leads to ${next}, which is none of the origins`);
  if (origin.startsWith('https:') && next.startsWith('http:')) throw forbid('leads from https to http');
  const dropsBody = toGet(request.method, response.status);
  if (!dropsBody && !call.replayable) throw forbid('needs the body again, which was a stream');
  discard(response);
  call.tried.set('hop', hops + 1);
  return hop(call, url, next, dropsBody);
}

function resolve(location: string, base: string): URL | undefined {
  try {
    const url = new URL(location, base);
    return objectionTo(url) ? undefined : url;
  } catch {
    return undefined;
  }
}

/** 301 and 302 turn POST into GET, 303 everything but HEAD; 307 and 308 keep method and bytes. */
function toGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return status < 303 && method === 'POST';
}

function hop(call: Call, url: string, origin: string, dropsBody: boolean): Call {
  const { request: sent } = call;
  const headers = new Headers(sent.headers);
  // Earlier signatures of others were for the old URL.
  const gone = ['signature', 'signature-input', ...(dropsBody ? BODY_FIELDS : []), ...(origin === call.origin ? [] : KEY_FIELDS)];
  for (const name of gone) headers.delete(name);
  const bytes = dropsBody ? undefined : call.bytes;
  const kept = Object.fromEntries(KEPT.filter((name) => sent[name]).map((name) => [name, sent[name]]));
  // The caller's init once more: runtimes have members of their own in it.
  const init: RequestInit = {
    ...call.init,
    ...kept,
    method: dropsBody ? 'GET' : sent.method,
    headers,
    body: bytes ?? null,
    redirect: 'manual',
  };
  const earlier = call.earlier.map(([name]) => [name, null] as const);
  return { ...call, request: new Request(url, init), origin, bytes, earlier, replayable: true, extra: undefined };
}

function withoutQuery(url: string): string {
  return withoutFragment(url).split('?', 1)[0]!;
}

/** Frees the connection. */
export function discard(response: Response | undefined): void {
  response?.body?.cancel().catch(() => undefined);
}
