/**
 * Requests of a HAR file, as the developer tools of browsers save it.
 *
 * HAR holds content as text. Where that is not what was sent (its length differs, or characters were replaced), the request cannot be
 * verified, and that is said; nothing is guessed.
 *
 * @see HAR 1.2
 * @module
 */

import { fromBase64 } from '../../internal/base64.ts';
import { memberOf } from '../../internal/options.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import { type RequestMessage, splitUrl } from '../../rfc9421/message.ts';
import { Failure } from '../command.ts';

/** One request of the file. */
export interface HarRequest {
  /** `GET https://bank.example/coins`: what people tell it by. */
  readonly title: string;
  /** Whether it says so itself. */
  readonly isSigned: boolean;
  /** The request. @throws {Failure} If the file does not hold it as it was sent. */
  message(): RequestMessage;
}

/** Whether JSON is a HAR file. */
export function isHar(value: unknown): boolean {
  return Array.isArray(member(member(value, 'log'), 'entries'));
}

/** Its requests, in the order in which they were made. @throws {Failure} If one of them is no request. */
export function readHar(value: unknown): readonly HarRequest[] {
  const entries = member(member(value, 'log'), 'entries') as readonly unknown[];
  return entries.map((entry, index) => readEntry(member(entry, 'request'), index + 1));
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? memberOf(value, name) : undefined;
}

function readEntry(request: unknown, number: number): HarRequest {
  const [method, url, headers] = ['method', 'url', 'headers'].map((name) => member(request, name));
  if (typeof method !== 'string' || typeof url !== 'string' || !/^https?:\/\/[^/?#]/i.test(url) || !Array.isArray(headers))
    throw new Failure(`entry ${number} of the HAR file has no request with method, url and headers`);
  const fields = headers.flatMap((header: unknown) => readHeader(header, number));
  const { scheme, authority, target } = splitUrl(url);
  return {
    title: `${method} ${url.replace(/[?#].*$/s, '')}`,
    isSigned: fields.some(([name]) => name.toLowerCase() === 'signature-input'),
    message: () => ({ method, scheme, authority: hostOf(fields) ?? authority, target, fields, body: readContent(request, fields, number) }),
  };
}

/** Those that begin with a colon are the request line of HTTP/2 and 3. */
function readHeader(header: unknown, number: number): readonly (readonly [string, string])[] {
  const [name, value] = [member(header, 'name'), member(header, 'value')];
  if (typeof name !== 'string' || typeof value !== 'string')
    throw new Failure(`entry ${number} of the HAR file has a header without a name or value`);
  return name.startsWith(':') ? [] : [[name, value]];
}

function hostOf(fields: readonly (readonly [string, string])[]): string | undefined {
  return fields.find(([name]) => name.toLowerCase() === 'host')?.[1];
}

function readContent(request: unknown, fields: readonly (readonly [string, string])[], number: number): Uint8Array | undefined {
  const given = fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  const size = Number(given ?? member(request, 'bodySize') ?? 0);
  const postData = member(request, 'postData');
  const text = member(postData, 'text');
  const bytes = typeof text !== 'string' ? new Uint8Array(0) : bytesOf(text, member(postData, 'encoding'), number);
  // -1, and 0 in some browsers, is "not known".
  if (size > 0 && bytes.length !== size)
    throw new Failure(`entry ${number} of the HAR file does not hold the content as it was sent: ${bytes.length} bytes of ${size}`);
  return bytes.length === 0 ? undefined : bytes;
}

function bytesOf(text: string, encoding: unknown, number: number): Uint8Array {
  const bytes = encoding === 'base64' ? fromBase64(text) : encodeUtf8(text);
  if (bytes === undefined || (encoding !== 'base64' && text.includes('\ufffd')))
    throw new Failure(`entry ${number} of the HAR file does not hold the content as it was sent: it is no text`);
  return bytes;
}
