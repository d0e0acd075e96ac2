/**
 * A request as HTTP/1.1 writes it, in a file: request line, fields, an empty line, and the content byte by byte.
 *
 * Lines may end in LF alone, as editors write them. What two readers could read differently is refused.
 *
 * @see RFC 9112, sections 3, 5 and 7.1
 * @module
 */

import { concatBytes } from '../../internal/bytes.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';

/** Reads one. @throws {SyntaxError} If it is none; the message names the line. */
export function readHttpText(bytes: Uint8Array, scheme: string): RequestMessage {
  const lines = new Lines(bytes);
  const [, method, target, version] = /^([!#$%&'*+.^_`|~\w-]+) (\S+) HTTP\/(\d(?:\.\d)?)$/.exec(lines.next() ?? '') ?? [];
  if (method === undefined || target === undefined || version === undefined)
    throw new SyntaxError('line 1 must be a request line: POST /coins HTTP/1.1');
  const fields = readFields(lines);
  const hosts = fields.filter(([name]) => name.toLowerCase() === 'host');
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined) throw new SyntaxError('the request must have one Host field');
  const body = readContent(bytes.subarray(lines.at), fields);
  return { method, scheme, authority: host[1], target: originForm(target), fields, body: body.length === 0 ? undefined : body };
}

/** What a proxy is sent names the host as well. */
function originForm(target: string): string {
  const [, rest] = /^https?:\/\/[^/?#]+(.*)$/i.exec(target) ?? [];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Lines of bytes, one a call, each byte a character. */
class Lines {
  readonly #bytes: Uint8Array;
  at = 0;
  number = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next line without its end; `undefined` behind the last. */
  next(): string | undefined {
    if (this.at >= this.#bytes.length) return undefined;
    const found = this.#bytes.indexOf(10, this.at);
    const end = found < 0 ? this.#bytes.length : found;
    const line = latin1(this.#bytes.subarray(this.at, end));
    this.at = end + 1;
    this.number++;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}

const CHUNK = 8192;

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
}

function readFields(lines: Lines): readonly (readonly [string, string])[] {
  const fields: (readonly [string, string])[] = [];
  for (let line = lines.next(); line !== undefined && line !== ''; line = lines.next()) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\0]*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new SyntaxError(`line ${lines.number} must be a field: Name: value`);
    fields.push([name, value]);
  }
  return fields;
}

/** The content, as long as the fields say it is. */
function readContent(rest: Uint8Array, fields: readonly (readonly [string, string])[]): Uint8Array {
  const valuesOf = (wanted: string) => fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const [coding] = valuesOf('transfer-encoding');
  const [length, ...others] = new Set(valuesOf('content-length'));
  if (coding !== undefined) {
    if (length !== undefined) throw new SyntaxError('the request has both Content-Length and Transfer-Encoding');
    if (coding.toLowerCase() !== 'chunked')
      throw new SyntaxError('the Transfer-Encoding of the request is not known here: only chunked is');
    return readChunks(rest);
  }
  if (length === undefined) return rest;
  if (!/^\d{1,15}$/.test(length) || others.length > 0) throw new SyntaxError('Content-Length must be one whole number');
  const wanted = Number(length);
  if (rest.length < wanted) throw new SyntaxError(`the content is cut: ${rest.length} bytes of ${wanted} are there`);
  // The line feed that an editor puts at the end of a file.
  if (!/^(\r?\n)?$/.test(latin1(rest.subarray(wanted))))
    throw new SyntaxError(`there are ${rest.length - wanted} bytes behind the content`);
  return rest.subarray(0, wanted);
}

function readChunks(rest: Uint8Array): Uint8Array {
  const lines = new Lines(rest);
  const chunks: Uint8Array[] = [];
  for (;;) {
    const [, digits] = /^([\dA-Fa-f]{1,8})[ \t]*(?:;.*)?$/.exec(lines.next() ?? '') ?? [];
    if (digits === undefined) throw new SyntaxError('the chunks of the content are broken');
    const length = Number.parseInt(digits, 16);
    if (length === 0) return concatBytes(...chunks);
    const chunk = rest.subarray(lines.at, lines.at + length);
    lines.at += length;
    if (chunk.length < length || lines.next() !== '') throw new SyntaxError('the chunks of the content are broken');
    chunks.push(chunk);
  }
}
