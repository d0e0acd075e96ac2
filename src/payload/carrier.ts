/**
 * The body carrier: what its three formats share.
 *
 * A signed payload is data with two members beside it. The signature covers one component, the digest of the data's
 * canonical bytes, so that whoever relays it may spell the data in any way that means the same.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import { type Awaitable, andThen } from '../internal/awaitable.ts';
import type { ComponentSource } from '../rfc9421/base.ts';
import { digestField } from '../signature/content-digest.ts';

/** How the data is written: a JSON object, one opaque string, or flat form fields. */
export type PayloadFormat = 'json' | 'text' | 'form';

/** The two members beside the data. */
export const INPUT_MEMBER = 'signature-input';
export const SIGNATURE_MEMBER = 'signature';

/** The member that holds an opaque string. */
export const TEXT_MEMBER = 'payload';

const PURPOSE = /^[a-z0-9.-]{1,64}$/;

/**
 * The reserved tag of a purpose: it keeps the formats, and what they are for, apart.
 *
 * @throws {TypeError} If the purpose is not `[a-z0-9.-]{1,64}`.
 */
export function purposeTag(kind: PayloadFormat | 'license', purpose: string, name = 'tag'): string {
  if (typeof purpose !== 'string' || !PURPOSE.test(purpose)) throw new TypeError(`${name} must be 1 to 64 of a-z, 0-9, dot and hyphen`);
  return `cs1-${kind}:${purpose}`;
}

/** The one line that is signed besides the parameters: the digest of the canonical bytes. */
export function payloadSource(canonical: Uint8Array): Awaitable<ComponentSource> {
  return andThen(digestField('sha-256', canonical), (digest) => () => digest);
}
