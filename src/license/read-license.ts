/**
 * The two ways to write a license: readable JSON, and one line for pasting. Both live in files and mails, which indent
 * them, wrap their lines and add blank ones.
 *
 * @see WIRE, "License"
 * @module
 */

import { VerificationError } from '../errors.ts';
import { encodeBase64url } from '../internal/base64.ts';
import { encodeUtf8 } from '../internal/bytes.ts';
import { decodeBase64url } from '../internal/decode-base64url.ts';
import { decodeUtf8 } from '../internal/decode-utf8.ts';
import { isBytes } from '../internal/is-bytes.ts';
import { readObject } from '../payload/read-payload.ts';

const MAX_BYTES = 1024 * 1024;

/** The readable form: indented JSON. */
export function toJsonText(license: object): string {
  return `${JSON.stringify(license, null, 2)}\n`;
}

/** The one-line form: base64url of the same JSON. */
export function toLine(license: object): string {
  return encodeBase64url(encodeUtf8(JSON.stringify(license)));
}

/**
 * Takes a license apart; nothing of it is proved yet.
 *
 * @throws {VerificationError} If it is neither of the two forms.
 */
export function readLicense(license: string | Uint8Array): ReturnType<typeof readObject> {
  if (typeof license !== 'string' && !isBytes(license)) throw new TypeError('license must be a text or its bytes');
  if (license.length > MAX_BYTES) throw new VerificationError('body_too_large', `the license is larger than ${MAX_BYTES} bytes`);
  const text = (typeof license === 'string' ? license : decodeUtf8(license))?.trim();
  // JSON has no line breaks but between its tokens, so those inside a text come of wrapping.
  const json = text?.startsWith('{') ? text.replace(/[\r\n]+/g, '') : fromLine(text?.replace(/\s+/g, ''));
  if (json === undefined) throw new VerificationError('payload_malformed', 'the license is neither JSON nor its one-line form');
  return readObject(json, MAX_BYTES);
}

function fromLine(line = ''): string | undefined {
  const bytes = decodeBase64url(line);
  return bytes && decodeUtf8(bytes);
}
