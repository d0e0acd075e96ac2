/**
 * From what `fetch` takes to the first attempt of a call: where it goes, its fields and modes, and the one value that is its content.
 *
 * @see https://fetch.spec.whatwg.org/#dom-request
 * @module
 */

import { abortable } from '../../runtime/abort.ts';
import { readBody } from '../../runtime/read-stream.ts';
import { type Call, modesOf } from '../call.ts';
import { denied, type Reason } from '../deny.ts';
import { type Content, type ContentRules, NO_CONTENT, takeContent } from './content.ts';
import { checkFields } from './fields.ts';
import { objectionTo, parseUrl, type Spelling, withoutFragment } from './target.ts';

/** What may be sent, and how it is written. */
export interface PrepareRules extends ContentRules {
  /** The only origins to send to; `undefined`: any. */
  readonly origins: ReadonlySet<string> | undefined;
  readonly spell: Spelling;
}

/** Builds the first attempt of a call. */
export type Prepare = (input: string | URL | Request, init: RequestInit) => Promise<Call>;

/**
 * Makes what prepares calls. It rejects before anything is sent:
 * with `SignedFetchError` if a call must not or cannot be sent, with a TypeError if `fetch` would refuse it too.
 */
export function createPrepare(rules: PrepareRules): Prepare {
  return async (input, init) => {
    const source = isRequest(input) ? input : undefined;
    const url = parseUrl(isRequest(input) ? input.url : input);
    const objection = objectionTo(url) ?? objectionToCall(source, init, url, rules);
    if (objection) throw denied(objection, url.origin);
    const signal = init.signal ?? source?.signal ?? undefined;
    if (signal?.aborted) throw signal.reason;
    const given = init.body == null ? undefined : await takeContent(init.body, rules, signal);
    const head = headOf(source, init);
    const { request, content } = await build(source, url, head, given, rules, signal);
    // Bun would send it instead of the URL's host; elsewhere it has no effect.
    request.headers.delete('host');
    if (content.type !== undefined && !request.headers.has('content-type')) request.headers.set('content-type', content.type);
    const { origin } = url;
    const earlier = ['signature-input', 'signature'].map((name) => [name, request.headers.get(name)] as const);
    const redirect = init.redirect ?? source?.redirect ?? 'follow';
    const tried = { hops: 0, retries: 0, asks: 0, corrections: 0, waits: 0 };
    const own = { init: head, given: init.headers ?? source?.headers, whole: source instanceof Request };
    return { request, origin, content, redirect, ...own, signal, earlier, asked: undefined, skew: undefined, tried };
  };
}

function objectionToCall(source: Request | undefined, init: RequestInit, { origin }: URL, { origins }: PrepareRules): Reason | undefined {
  if (origins?.has(origin) === false) return 'origin';
  if ((init.mode ?? source?.mode) === 'no-cors') return 'mode';
  return init.body != null && isBodiless(init.method ?? source?.method ?? 'GET') ? 'bodiless' : undefined;
}

interface Built {
  readonly request: Request;
  readonly content: Content;
}

async function build(
  source: Request | undefined,
  url: URL,
  head: RequestInit,
  given: Content | undefined,
  rules: PrepareRules,
  signal: AbortSignal | undefined,
): Promise<Built> {
  const spelled = rules.spell(url);
  if (source === undefined) return { request: construct(spelled, head), content: given ?? NO_CONTENT };
  if (!(source instanceof Request) || withoutFragment(source.url) !== spelled) {
    const { method } = source;
    // Before the content is read: Bun forgets the media type of a form with its bytes.
    const headers = new Headers(source.headers);
    const content = given ?? (await readSource(source, rules.maxBodyBytes, signal));
    return { request: construct(spelled, { ...modesOf(source), method, headers, ...head }), content };
  }
  const { referrer, referrerPolicy } = source;
  // A Request made of another one loses its referrer as soon as it is given anything else. With content of the call's own, the
  // other one's is not touched.
  const request = construct(source, { referrer, referrerPolicy, ...head, ...(given && { body: new Uint8Array(0) }) });
  const type = request.headers.get('content-type');
  const content = given ?? (await contentOf(request, rules, signal));
  // Bun, as above.
  if (type !== null) request.headers.set('content-type', type);
  return { request, content };
}

/** What is given beside URL, fields and content: as the caller gave it, but redirects are ours. */
function headOf(source: Request | undefined, { body: _, ...init }: RequestInit): RequestInit {
  const next = source !== undefined && 'next' in source ? { next: source.next } : {};
  // A Request of another make is known by its members only.
  const modes = source === undefined || source instanceof Request ? {} : modesOf(source);
  return { ...modes, ...next, ...init, redirect: 'manual', ...cacheOf(source, init) };
}

/** HTTP caches do not vary by signature. Next.js has a cache of its own, which reads `next`. */
function cacheOf(source: Request | undefined, init: RequestInit): RequestInit {
  if (init.cache || 'next' in init || (source !== undefined && 'next' in source)) return {};
  // Where the member does not exist, giving it throws.
  return 'cache' in Request.prototype && (source?.cache ?? 'default') === 'default' ? { cache: 'no-store' } : {};
}

/** @throws {TypeError} What `fetch` would throw too, without the values that engines quote. */
function construct(input: string | Request, init: RequestInit): Request {
  checkFields(init.headers);
  return new Request(input, init);
}

/** What a `Request` of ours holds: its bytes, or, if nobody has to read it, whatever it is. */
async function contentOf(request: Request, rules: PrepareRules, signal: AbortSignal | undefined): Promise<Content> {
  if (isBodiless(request.method) || request.body === null) return NO_CONTENT;
  return rules.covers ? readSource(request, rules.maxBodyBytes, signal) : { body: undefined };
}

/** Reads a `Request` of the caller's. Firefox does not tell whether there is a body (undefined): reading it does. */
async function readSource(source: Request, limit: number, signal: AbortSignal | undefined): Promise<Content> {
  if (isBodiless(source.method) || source.body === null) return NO_CONTENT;
  if (source.bodyUsed) throw new TypeError("the Request's body was read before");
  if (typeof source.arrayBuffer !== 'function') throw denied('request');
  const read = source.body ? readBody(source, limit, signal) : readWhole(source, limit, signal);
  const bytes = await read;
  if (bytes === undefined) throw denied('size');
  return { body: bytes };
}

async function readWhole(source: Request, limit: number, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const bytes = new Uint8Array(await abortable(source.arrayBuffer(), signal));
    return bytes.length <= limit ? bytes : undefined;
  } catch (cause) {
    // A polyfill's, as a rule: one that keeps its content where nobody can read it.
    throw signal?.aborted ? cause : denied('request', undefined, cause);
  }
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && input !== null && 'headers' in input;
}

function isBodiless(method: string): boolean {
  return /^(get|head)$/i.test(method);
}
