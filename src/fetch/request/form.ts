/**
 * Forms as multipart bytes.
 *
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 * @module
 */

import { drawBytes, systemRandomBytes } from '../../crypto/random.ts';
import { toBase64url } from '../../internal/base64.ts';
import { concatBytes } from '../../internal/bytes.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import { abortable } from '../../runtime/abort.ts';
import { readBody } from '../../runtime/read-stream.ts';
import { denied } from '../deny.ts';

/** Content, and the media type that goes with it. */
export interface TypedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '%22', '\r': '%0D', '\n': '%0A' };

/**
 * The bytes of a form with the boundary they have: written by the runtime where it can read its own forms, else by us (WebKitGTK
 * cannot read one that has a file; a form of a package or of another realm is text to it).
 *
 * @throws {SignedFetchError} `body_uncoverable` if nobody can read it, `body_too_large`.
 */
export async function readForm(form: FormData, limit: number, signal: AbortSignal | undefined): Promise<TypedBytes> {
  const written = await writtenByRuntime(form, limit, signal);
  if (written !== undefined) return written;
  if (!(Symbol.iterator in form)) throw denied('unreadable');
  const boundary = `----countersign${toBase64url(drawBytes(systemRandomBytes, 16))}`;
  const bytes = await abortable(writeForm(form, boundary), signal).catch((cause: unknown) => {
    throw signal?.aborted ? cause : denied('unreadable', undefined, cause);
  });
  if (bytes.length > limit) throw denied('size');
  return { bytes, type: `multipart/form-data; boundary=${boundary}` };
}

async function writtenByRuntime(form: FormData, limit: number, signal: AbortSignal | undefined): Promise<TypedBytes | undefined> {
  if (!(form instanceof FormData)) return undefined;
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  let type: string | null;
  try {
    const response = new Response(form);
    type = response.headers.get('content-type');
    if (type === null || !/^multipart\/form-data *;/i.test(type)) return undefined;
    bytes = await readBody(response, limit, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
  if (bytes === undefined) throw denied('size');
  // Not even an empty form is empty: it has its last boundary.
  return bytes.length > 0 ? { bytes, type } : undefined;
}

async function writeForm(form: FormData, boundary: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(lines(name))}"`;
    if (typeof value === 'string') parts.push(encodeUtf8(`${head}\r\n\r\n${lines(value)}\r\n`));
    else {
      const described = `${head}; filename="${quote(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`;
      parts.push(encodeUtf8(described), new Uint8Array(await value.arrayBuffer()), encodeUtf8('\r\n'));
    }
  }
  return concatBytes(...parts, encodeUtf8(`--${boundary}--\r\n`));
}

function quote(text: string): string {
  return text.replace(/["\r\n]/g, (found) => ESCAPES[found]!);
}

function lines(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}
