/**
 * A form as multipart text, for the one runtime that cannot read its own.
 *
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 * @module
 */

import { concatBytes } from '../internal/bytes.ts';
import { encodeUtf8 } from '../internal/utf8.ts';

const ESCAPES: Readonly<Record<string, string>> = { '"': '%22', '\r': '%0D', '\n': '%0A' };

/** The bytes of a form; `type` is the media type whose boundary they get. WebKitGTK cannot read a form that has a file. */
export async function writeForm(form: FormData, type: string): Promise<Uint8Array<ArrayBuffer>> {
  const [, boundary] = /boundary=(.+)$/.exec(type)!;
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
