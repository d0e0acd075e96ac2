/**
 * The two ways to write a license: readable JSON, and one line for pasting. Both live in files and mails, which indent
 * them, wrap their lines and add blank ones.
 *
 * @see WIRE, "License"
 * @module
 */

import { VerificationError } from '../errors.ts';
import { fromBase64url, toBase64url } from '../internal/base64.ts';
import { isBytes } from '../internal/bytes.ts';
import { decodeUtf8, encodeUtf8 } from '../internal/utf8.ts';
import { payloadMalformed, type ReceivedPayload, readObject } from '../payload/read-object.ts';
import type { LicenseTerms } from './terms.ts';

const MAX_LENGTH = 1024 * 1024;

/** The readable form: indented JSON. */
export function toJsonText(license: object): string {
  return `${JSON.stringify(license, null, 2)}\n`;
}

/** The one-line form: base64url of the same JSON. */
export function toLine(license: object): string {
  return toBase64url(encodeUtf8(JSON.stringify(license)));
}

/**
 * Takes a license apart; nothing of it is proved yet. Indentation, wrapped lines, and the marks of a quoted mail (`> `) are undone.
 *
 * @throws {VerificationError | JsonError} If it is neither of the two forms; what is in the way is named.
 */
export function readLicense(license: string | Uint8Array): ReceivedPayload<LicenseTerms> {
  if (typeof license !== 'string' && !isBytes(license)) throw new TypeError('license must be a text or its bytes');
  if (license.length > MAX_LENGTH) throw new VerificationError('body_too_large', `${MAX_LENGTH} bytes are allowed`);
  const text = unquote((typeof license === 'string' ? license : decode(license)).trim());
  if (text.startsWith('{')) return readObject(requireVisible(text.replace(/[\r\n]+/g, '')));
  // JSON has no line breaks but between its tokens, so those inside a text come of wrapping.
  const line = text.replace(/[\s\u200b-\u200d\u2060\ufeff]+/g, '');
  const bytes = fromBase64url(line);
  const json = bytes && decodeUtf8(bytes);
  if (!json) throw payloadMalformed(problemOf(line));
  return readObject(json);
}

function decode(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw payloadMalformed('the file is UTF-16: save it as UTF-8');
  const text = decodeUtf8(bytes);
  if (text === undefined) throw payloadMalformed('the file is not UTF-8');
  return text;
}

/** A mail that was answered or forwarded has marks before each line. */
function unquote(text: string): string {
  return text.startsWith('>') || (!text.startsWith('{') && text.includes('\n>')) ? text.replace(/^[> \t]+/gm, '').trim() : text;
}

/** Characters that nobody sees, which programs for mail and text put in. */
function requireVisible(text: string): string {
  const found = /[\u200b-\u200d\u2060\ufeff\0]/.exec(text);
  if (found === null) return text;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw payloadMalformed(`an invisible character (U+${code}): copy the license as plain text`);
}

function problemOf(line: string): string {
  if (line === '') return 'the license is empty';
  const [strange] = /[^\w+/=-]/u.exec(line) ?? [];
  if (strange !== undefined) {
    const code = strange.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return `neither JSON nor one line of base64url: it has U+${code}`;
  }
  if (/[+/=]/.test(line)) return 'the license is Base64, where base64url without padding is expected: it was written anew';
  return 'neither JSON nor one line of base64url';
}
