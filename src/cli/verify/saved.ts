/**
 * Requests that were saved: HTTP text, or a HAR file.
 *
 * @module
 */

import { parseJsonLossy } from '../../canonical/strict-json.ts';
import { decodeUtf8 } from '../../internal/utf8.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import { type CommandContext, Failure, Refusal } from '../command.ts';
import { ofFile } from '../input/blame.ts';
import { nameOf, readBytes } from '../input/read.ts';
import { isHar, readHar } from './har.ts';
import { readHttpText } from './http-text.ts';

/** One of them. */
export interface SavedRequest {
  readonly title: string;
  /** Whether it says so itself. */
  readonly isSigned: boolean;
  /** @throws {Failure} If the file does not hold it as it was sent. */
  message(): RequestMessage;
}

/** Which. */
export interface SavedOptions {
  /** The scheme of HTTP text, which does not say it. */
  readonly scheme: string;
  /** Of a HAR file, this entry, from 1. Default: all that are signed. */
  readonly entry?: number | undefined;
}

/** Reads them. @throws {Failure} If the file holds none. @throws {Refusal} If it has no such entry, or none is signed. */
export async function readSaved(context: CommandContext, file: string, { scheme, entry }: SavedOptions): Promise<readonly SavedRequest[]> {
  const bytes = await readBytes(context, file);
  if (bytes.length === 0) throw new Failure(`${nameOf(file)} is empty`);
  if (!startsAsJson(bytes)) {
    const message = await ofFile(file, () => readHttpText(bytes, scheme));
    const title = `${message.method} ${scheme}://${message.authority}${message.target.replace(/\?.*$/s, '')}`;
    return [{ title, isSigned: true, message: () => message }];
  }
  // Browsers write what they have; nothing in it is taken for anything but what is asked about.
  const value = await ofFile(file, () => parseJsonLossy(textOf(bytes)));
  if (!isHar(value)) throw new Failure(`${nameOf(file)} is JSON, but no HAR file`);
  const requests = readHar(value);
  if (entry === undefined) return requests;
  const found = requests[entry - 1];
  if (found === undefined) throw new Refusal('not_found', `the HAR file has ${requests.length} entries`);
  return [found];
}

function textOf(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new SyntaxError('it is no UTF-8 text');
  return text.replace(/^\ufeff/, '');
}

/** A HAR file begins with `{`, also behind a byte order mark. */
function startsAsJson(bytes: Uint8Array): boolean {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.subarray(start).find((byte) => !' \t\r\n'.includes(String.fromCharCode(byte))) === 0x7b;
}
