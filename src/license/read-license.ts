/**
 * The two ways to write a license: readable JSON, and one line for pasting. Both live in files and mails, which indent
 * them, wrap their lines and add blank ones.
 *
 * @see WIRE, "License"
 * @module
 */

import { VerificationError } from '../errors.ts';
import { decodeBase64url, encodeBase64url } from '../internal/base64.ts';
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
  return encodeBase64url(encodeUtf8(JSON.stringify(license)));
}

/**
 * Takes a license apart; nothing of it is proved yet.
 *
 * @throws {VerificationError} If it is neither of the two forms.
 */
export function readLicense(license: string | Uint8Array): ReceivedPayload<LicenseTerms> {
  if (typeof license !== 'string' && !ArrayBuffer.isView(license)) throw new TypeError('license must be a text or its bytes');
  if (license.length > MAX_LENGTH) throw new VerificationError('body_too_large', `${MAX_LENGTH} bytes are allowed`);
  const text = (typeof license === 'string' ? license : (decodeUtf8(license) ?? '')).trim();
  // JSON has no line breaks but between its tokens, so those inside a text come of wrapping.
  const json = text.startsWith('{') ? text.replace(/[\r\n]+/g, '') : fromLine(text.replace(/\s+/g, ''));
  if (!json) throw payloadMalformed('neither JSON nor one line of base64url');
  return readObject(json);
}

function fromLine(line: string): string | undefined {
  const bytes = decodeBase64url(line);
  return bytes && decodeUtf8(bytes);
}
