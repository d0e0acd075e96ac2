/**
 * The request that a command line of curl describes, with its content byte by byte as curl would send it.
 *
 * @module
 */

import { basename } from 'node:path';
import { concatBytes } from '../../internal/bytes.ts';
import { decodeUtf8, encodeUtf8 } from '../../internal/utf8.ts';
import type { FieldLines } from '../../rfc9421/message.ts';
import { type CommandContext, Failure, UsageError } from '../command.ts';
import { readBytes } from '../input/read.ts';
import type { CurlPart } from './curl-arguments.ts';
import { type PlainRequest, readFieldLine } from './request.ts';

/** The request, and what curl sends by itself that it shall not. */
export interface CurlRequest extends PlainRequest {
  /** Fields to be left out, as `-H 'Name:'` says. */
  readonly without: readonly string[];
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Reads it. @throws {UsageError} If it is not one request. @throws {Failure} If a file cannot be read. */
export async function readCurlRequest(context: CommandContext, parts: readonly CurlPart[]): Promise<CurlRequest> {
  const named = (name: string) => parts.filter((part) => part.name === name).map(({ value }) => value);
  const [url, ...others] = named('url');
  if (url === undefined) throw new UsageError('<url> is missing');
  if (others.length > 0) throw new UsageError('one signature is for one request: there are several URLs');
  const { fields, without } = await readFields(context, named('header'));
  const [isGet, isHead] = [named('get').length > 0, named('head').length > 0];
  const upload = named('upload-file');
  const data = await readData(context, parts);
  if (upload.length > 0 && data !== undefined) throw new UsageError('--upload-file and --data exclude each other');
  if (isHead && data !== undefined && !isGet) throw new UsageError('--head and --data exclude each other');
  const method = named('request').at(-1) ?? (isHead ? 'HEAD' : upload.length > 0 ? 'PUT' : data === undefined || isGet ? 'GET' : 'POST');
  if (upload.length > 0) return { method, fields, without: [...without, 'content-type'], ...(await readUpload(context, url, upload)) };
  if (data === undefined || isGet) return { method, url: isGet ? withQuery(url, data) : url, fields, without, body: undefined };
  return { method, url, fields: withTypes(fields, without, named('json').length > 0), without, body: data };
}

/** What curl adds to content, unless something is said. */
function withTypes(fields: FieldLines, without: readonly string[], isJson: boolean): FieldLines {
  const added = isJson
    ? [['Content-Type', 'application/json'] as const, ['Accept', 'application/json'] as const]
    : [['Content-Type', FORM_TYPE] as const];
  const isSaid = (name: string) =>
    without.includes(name.toLowerCase()) || fields.some(([other]) => other.toLowerCase() === name.toLowerCase());
  return [...fields, ...added.filter(([name]) => !isSaid(name))];
}

async function readFields(context: CommandContext, given: readonly string[]): Promise<Pick<CurlRequest, 'fields' | 'without'>> {
  const fields: (readonly [string, string])[] = [];
  const without: string[] = [];
  for (const line of await headerLines(context, given)) {
    const [, removed] = /^([^:;\s]+):[ \t]*$/.exec(line) ?? [];
    const [, empty] = /^([^:;\s]+);[ \t]*$/.exec(line) ?? [];
    if (removed !== undefined) without.push(removed.toLowerCase());
    else fields.push(empty === undefined ? readFieldLine(line) : [empty, '']);
  }
  return { fields, without };
}

/** `@file` holds a line each. */
async function headerLines(context: CommandContext, given: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const value of given) {
    if (!value.startsWith('@')) lines.push(value);
    else
      lines.push(
        ...text(await readBytes(context, value.slice(1)), value)
          .split(/\r?\n/)
          .filter((line) => line !== '' && !line.startsWith('#')),
      );
  }
  return lines;
}

const DATA = ['data', 'data-ascii', 'data-binary', 'data-raw', 'data-urlencode', 'json'];

/** The content: the pieces in their order, `&` between all but those of `--json`. */
async function readData(context: CommandContext, parts: readonly CurlPart[]): Promise<Uint8Array | undefined> {
  let content: Uint8Array | undefined;
  for (const part of parts.filter(({ name }) => DATA.includes(name))) {
    const piece = await readPiece(context, part);
    const between = part.name === 'json' ? '' : '&';
    content = content === undefined ? piece : concatBytes(content, encodeUtf8(between), piece);
  }
  return content;
}

async function readPiece(context: CommandContext, { name, value }: CurlPart): Promise<Uint8Array> {
  if (name === 'data-urlencode') return encodeUtf8(await urlencode(context, value));
  if (name === 'data-raw' || !value.startsWith('@')) return encodeUtf8(value);
  const bytes = await readBytes(context, value.slice(1));
  // What curl leaves out of files that are no binaries.
  return name === 'data' || name === 'data-ascii' ? bytes.filter((byte) => byte !== 0 && byte !== 10 && byte !== 13) : bytes;
}

/** `content`, `=content`, `name=content`, `@file`, `name@file`. */
async function urlencode(context: CommandContext, value: string): Promise<string> {
  const at = value.search(/[=@]/);
  if (at < 0) return percentEncode(encodeUtf8(value));
  const name = value.slice(0, at);
  const rest = value.slice(at + 1);
  const bytes = value[at] === '@' ? await readBytes(context, rest) : encodeUtf8(rest);
  return name === '' ? percentEncode(bytes) : `${name}=${percentEncode(bytes)}`;
}

/** Percent-encodes all but the unreserved characters of RFC 3986; blanks are `+`. */
function percentEncode(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (byte === 0x20) return '+';
      return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** `--get` puts the content behind the URL. */
function withQuery(url: string, data: Uint8Array | undefined): string {
  if (data === undefined) return url;
  const [before = '', fragment] = url.split('#', 2);
  const mark = !before.includes('?') ? '?' : before.endsWith('?') ? '' : '&';
  return `${before}${mark}${text(data, '--data')}${fragment === undefined ? '' : `#${fragment}`}`;
}

async function readUpload(context: CommandContext, url: string, files: readonly string[]): Promise<Pick<PlainRequest, 'url' | 'body'>> {
  const [file = '', ...others] = files;
  if (others.length > 0) throw new UsageError('one signature is for one request: there are several --upload-file');
  const body = await readBytes(context, file === '.' ? '-' : file);
  // As curl does: a URL that ends as a folder gets the name of the file.
  return { url: url.endsWith('/') && file !== '-' && file !== '.' ? url + encodeURIComponent(basename(file)) : url, body };
}

function text(bytes: Uint8Array, what: string): string {
  const decoded = decodeUtf8(bytes);
  if (decoded === undefined) throw new Failure(`${what} is no UTF-8 text`);
  return decoded;
}
