/**
 * The body carrier: what its three formats share.
 *
 * A signed payload is data with two members beside it. The signature covers one component, the digest of the data's
 * canonical bytes, so that whoever relays it may spell the data in any way that means the same.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import type { ComponentSource } from '../rfc9421/base.ts';
import { type Component, plainComponent } from '../rfc9421/component.ts';
import { digestField } from '../signature/content-digest.ts';

/** How the data is written: a JSON object, one opaque string, or flat form fields. */
export type PayloadFormat = 'json' | 'text' | 'form';

/** The two members beside the data. */
export const INPUT_MEMBER = 'signature-input';

export const SIGNATURE_MEMBER = 'signature';

/** The member that holds an opaque string. */
export const TEXT_MEMBER = 'payload';

/** All that such a signature covers. */
export const DIGEST: Component = /* @__PURE__ */ plainComponent('content-digest');

const PURPOSE = /^[a-z0-9.-]{1,64}$/;

/**
 * The reserved tag of a purpose: it keeps the formats, and what they are for, apart.
 *
 * @throws {TypeError} If the purpose is not `[a-z0-9.-]{1,64}`.
 */
export function purposeTag(kind: PayloadFormat | 'license', purpose: string, name = 'tag'): string {
  if (typeof purpose !== 'string' || !PURPOSE.test(purpose)) throw new TypeError(`${name} must be ${PURPOSE.source}`);
  return `cs1-${kind}:${purpose}`;
}

/** The one line that is signed besides the parameters: the digest of the canonical bytes. */
export async function payloadSource(canonical: Uint8Array): Promise<ComponentSource> {
  const digest = await digestField('sha-256', canonical);
  return () => digest;
}
