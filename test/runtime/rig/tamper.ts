/**
 * Everything somebody on the way can do to a request without the key. Each line makes one change that a signature
 * must not survive; `undefined` where the request offers nothing to change in that way.
 *
 * @module
 */

import { createHash } from 'node:crypto';

/** A request as it stands on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

type Tamper = (request: WireRequest, otherAuthority: string) => WireRequest | undefined;

type Lines = readonly (readonly [name: string, value: string])[];

function linesOf({ rawHeaders }: WireRequest): Lines {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1]!] as const] : []));
}

function withLines(request: WireRequest, lines: Lines): WireRequest {
  return { ...request, rawHeaders: lines.flat() };
}

/** Changes the first line of a name; a change to `undefined` removes it. */
function withField(request: WireRequest, name: string, change: (value: string) => string | undefined): WireRequest | undefined {
  const lines = linesOf(request);
  const at = lines.findIndex(([key]) => key.toLowerCase() === name);
  if (at < 0) return undefined;
  const value = change(lines[at]![1]);
  return withLines(request, [
    ...lines.slice(0, at),
    ...(value === undefined ? [] : [[lines[at]![0], value] as const]),
    ...lines.slice(at + 1),
  ]);
}

function withBody(request: WireRequest, body: Buffer): WireRequest {
  const framed = linesOf(request).filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name));
  return { ...withLines(request, [...framed, ['content-length', String(body.length)]]), body };
}

/** Content that no server would show its application is not tampered with: GET and HEAD of fetch have none. */
function hasContent({ method, body }: WireRequest): boolean {
  return body.length > 0 && method !== 'GET' && method !== 'HEAD';
}

function flipBit(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const at = copy.length >> 1;
  copy[at] = copy[at]! ^ 1;
  return copy;
}

/** Another letter where the match ends: still well-formed, not the same. */
function change(pattern: RegExp): (value: string) => string {
  return (value) => value.replace(pattern, (found) => found.slice(0, -1) + (found.endsWith('A') ? 'B' : 'A'));
}

const OTHER_METHOD: Readonly<Record<string, string>> = {
  GET: 'HEAD',
  HEAD: 'GET',
  POST: 'PUT',
  PUT: 'POST',
  PATCH: 'PUT',
  DELETE: 'OPTIONS',
  OPTIONS: 'DELETE',
};
const COVERED_FIELD = 'x-repeated';

/** What a fresh digest says about other content: it fits, and is not the one that was signed. */
function digestOf(body: Buffer): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

function dropComponent(value: string): string {
  return value.replace(/ "@query"/, '');
}

/** Every kind of tampering, by name. */
export const tamperings: Readonly<Record<string, Tamper>> = {
  'another method': (request) => ({ ...request, method: OTHER_METHOD[request.method] ?? 'GET' }),
  'a longer path': (request) => ({ ...request, target: request.target.replace(/^[^?]*/, (path) => `${path}x`) }),
  'a shorter path': (request) =>
    /^[^?]*[^/?](?=\?|$)/.test(request.target)
      ? { ...request, target: request.target.replace(/^[^?]*/, (path) => path.replace(/(%..|.)$/, '')) }
      : undefined,
  'percent-encoding in another case': (request) => {
    const target = request.target.replace(/%(?:[A-F][0-9A-F]|[0-9][A-F])/, (escaped) => escaped.toLowerCase());
    return target === request.target ? undefined : { ...request, target };
  },
  'one more query pair': (request) => ({
    ...request,
    target: `${request.target}${request.target.includes('?') ? '&' : '?'}amount=1000000`,
  }),
  'no query': (request) => (/\?./.test(request.target) ? { ...request, target: request.target.replace(/\?.*/, '') } : undefined),
  'another authority of the same server': (request, otherAuthority) => withField(request, 'host', () => otherAuthority),
  'one bit of the content': (request) => (hasContent(request) ? { ...request, body: flipBit(request.body) } : undefined),
  'one bit of the content, and its digest': (request) =>
    hasContent(request)
      ? withField({ ...request, body: flipBit(request.body) }, 'content-digest', () => digestOf(flipBit(request.body)))
      : undefined,
  'content cut short': (request) => (hasContent(request) ? withBody(request, request.body.subarray(0, -1)) : undefined),
  'content emptied': (request) => (hasContent(request) ? withBody(request, Buffer.alloc(0)) : undefined),
  'content added': (request) =>
    request.body.length === 0 && /^(POST|PUT|PATCH)$/.test(request.method) ? withBody(request, Buffer.from('x')) : undefined,
  'no digest': (request) => withField(request, 'content-digest', () => undefined),
  'another content type': (request) => withField(request, 'content-type', () => 'text/html'),
  'no content type': (request) => withField(request, 'content-type', () => undefined),
  'a content type added': (request) =>
    withField(request, 'content-type', () => '') ? undefined : withLines(request, [...linesOf(request), ['content-type', 'text/html']]),
  'a content encoding added': (request) => withLines(request, [...linesOf(request), ['content-encoding', 'gzip']]),
  'a covered field changed': (request) => withField(request, COVERED_FIELD, (value) => `${value}x`),
  'a covered field repeated': (request) =>
    withField(request, COVERED_FIELD, () => '') ? withLines(request, [...linesOf(request), [COVERED_FIELD, 'more']]) : undefined,
  'a covered field dropped': (request) => withField(request, COVERED_FIELD, () => undefined),
  'one letter of the signature': (request) => withField(request, 'signature', change(/=:./)),
  'another time': (request) =>
    withField(request, 'signature-input', (value) =>
      value.replace(/created=(\d+)/, (_found, time: string) => `created=${Number(time) - 1}`),
    ),
  'another nonce': (request) => withField(request, 'signature-input', change(/nonce="./)),
  'another keyid': (request) => withField(request, 'signature-input', change(/keyid="./)),
  'a component uncovered': (request) => withField(request, 'signature-input', dropComponent),
  'no signature': (request) => withField(request, 'signature', () => undefined),
  'no signature input': (request) => withField(request, 'signature-input', () => undefined),
};
