/**
 * What the backend is told about who calls: fields that are set on every answer, so that none that a client sent is left in their place.
 *
 * @module
 */

import { digest } from '../crypto/digest.ts';
import { encodeUtf8, isWellFormed } from '../internal/utf8.ts';
import { digestValue, strongDigests } from '../signature/content-digest.ts';
import type { VerifiedRequest } from '../signature/verified/verified-request.ts';

/** Their names. Gateways must overwrite each of them, and clients may send none. */
const IDENTITY_FIELDS = [
  'x-verified-keyid',
  'x-verified-tenant',
  'x-verified-owner',
  'x-verified-scopes',
  'x-verified-content-digest',
  'x-verify-status',
  'x-verify-problem',
] as const;

/** One of these fields. */
export type IdentityField = (typeof IDENTITY_FIELDS)[number];

/** Whether a field is one of these, also as CGI and WSGI write names: they make the same of `-` and `_`. */
export function isIdentityField(name: string): boolean {
  return (IDENTITY_FIELDS as readonly string[]).includes(name.toLowerCase().replaceAll('_', '-'));
}

/** The fields for a request that was verified, each of them set. */
export async function identityOf(verified: VerifiedRequest): Promise<Readonly<Record<Exclude<IdentityField, 'x-verify-problem'>, string>>> {
  const { keyid, tenant, consumer, key } = verified;
  const scopes = consumer?.scopes ?? key.scopes ?? [];
  return {
    'x-verified-keyid': asFieldValue(keyid),
    'x-verified-tenant': asFieldValue(tenant),
    'x-verified-owner': asFieldValue(consumer?.owner ?? ''),
    'x-verified-scopes': scopes.map(asFieldValue).join(' '),
    'x-verified-content-digest': await contentDigestOf(verified),
    'x-verify-status': '200',
  };
}

/** What is visible ASCII stays; all else, and `%`, is percent-encoded UTF-8. */
function asFieldValue(text: string): string {
  return text.replace(/[^!-$&-~]/gu, (character) =>
    [...encodeUtf8(isWellFormed(character) ? character : '\ufffd')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

/** The one digest that the content must have: a covered one, or that of no content. */
async function contentDigestOf(verified: VerifiedRequest): Promise<string> {
  const isCovered = verified.signatures.some(({ components }) => components.some((name) => /^"content-digest"(?:;bs)?$/.test(name)));
  const field = isCovered ? verified.header('content-digest') : undefined;
  if (field === undefined) return digestValue('sha-256', await digest('sha-256', new Uint8Array(0)));
  const [[algorithm, expected]] = strongDigests(field);
  return digestValue(algorithm, expected);
}
