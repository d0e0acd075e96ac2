/**
 * PEM (RFC 7468): the one key in a text, whatever stands around it.
 *
 * @module
 */

import { encodeBase64 } from '../internal/base64.ts';
import { decodeBase64 } from '../internal/decode-base64.ts';

/** A block of PEM. */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/**
 * Finds the one key in a text; `openssl ecparam` puts its curve before it, which is skipped.
 *
 * @throws {TypeError} naming the argument if there is none or more than one
 */
export function parsePem(text: string, name: string): PemBlock {
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string`);
  const blocks = [...text.matchAll(BLOCK)].filter(([, label]) => label !== 'EC PARAMETERS');
  const [, label, body] = blocks[0] ?? [];
  const der = body === undefined || blocks.length > 1 ? undefined : decodeBase64(body.replace(/\s+/g, ''));
  if (label === undefined || der === undefined) throw new TypeError(`${name} must be one key in PEM`);
  return { label, der };
}

/** A block of PEM, 64 characters a line. */
export function writePem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${encodeBase64(der).replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
