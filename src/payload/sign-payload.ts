/**
 * Signing of a payload that somebody else will relay: the customer's browser, for one.
 *
 * @see WIRE, "Body carrier"
 * @module
 */

import { type RandomBytes, randomNonce } from '../crypto/random.ts';
import type { Signer } from '../crypto/signer.ts';
import { assertInteger, assertObject, assertPrintable, assertSeconds, assertTime } from '../internal/assert.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { LONGEST_LIFE } from '../replay/store.ts';
import { CONTENT_DIGEST } from '../rfc9421/coverage.ts';
import { assertNonce, assertSigner, createdOf, signComponents } from '../signature/sign.ts';
import { canonicalForm, canonicalObject, canonicalText, type FormFields, formPairs } from './canonical-bytes.ts';
import { INPUT_MEMBER, type PayloadFormat, payloadSource, purposeTag, SIGNATURE_MEMBER, TEXT_MEMBER } from './carrier.ts';

/** How to sign a payload. Times are whole seconds since the epoch, durations whole seconds. */
export interface SignPayloadOptions {
  /** What signs. */
  readonly signer: Signer;
  /** What the message is for: `credit-coins`. 1 to 64 of `a-z`, `0-9`, dot and hyphen. */
  readonly tag: string;
  /** Who it is for: a message to one bank is refused by another. Printable ASCII. */
  readonly audience: string;
  /** Whom it is about, when the receiver has a session to compare. Printable ASCII. */
  readonly subject?: string | undefined;
  /** Sets `expires` that many seconds after `created`, 31 days at most. Default: the receiver's `maxAge` ends it. */
  readonly expiresIn?: number | undefined;
  /** A serial number of at most 15 digits instead of a nonce, for receivers with a `serialReplayStore`: each is used once. */
  readonly serial?: number | undefined;
  /** 1 to 128 characters, used once; default: 16 random bytes, base64url. */
  readonly nonce?: string | undefined;
  /** When the payload is signed; default: now. */
  readonly created?: number | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
  /** Where nonces come from; default: the runtime's `crypto`. */
  readonly randomBytes?: RandomBytes | undefined;
}

const NAMES: OptionNames<SignPayloadOptions> = {
  signer: true,
  tag: true,
  audience: true,
  subject: true,
  expiresIn: true,
  serial: true,
  nonce: true,
  created: true,
  now: true,
  randomBytes: true,
};

/** The two members beside the data. */
export interface SignatureMembers {
  /** What was signed and how: the value of a `Signature-Input` field. */
  readonly 'signature-input': string;
  /** The signature: the value of a `Signature` field. */
  readonly signature: string;
}

/** A signed JSON object: write it with `JSON.stringify`. */
export type SignedObject<T extends object> = T & SignatureMembers;

/** A signed opaque string: write it with `JSON.stringify`, or as three form fields if it has no line breaks. */
export type SignedText = { readonly payload: string } & SignatureMembers;

/** Signed form fields: hidden inputs, `new URLSearchParams(pairs)`, a query string. */
export type SignedForm = readonly (readonly [name: string, value: string])[];

/**
 * Signs a JSON object, one opaque string, or form fields (pairs, `URLSearchParams` or `FormData`).
 *
 * @throws {TypeError | RangeError} If the payload cannot be carried exactly (the message names the JSON Pointer), has a
 *   member that is called like one of the two that are added, or an option is unusable.
 */
export function signPayload<T extends object>(payload: T & NotForm, options: SignPayloadOptions): Promise<SignedObject<T>>;

export function signPayload(payload: string, options: SignPayloadOptions): Promise<SignedText>;

export function signPayload(payload: FormFields, options: SignPayloadOptions): Promise<SignedForm>;

export async function signPayload(payload: object | string | FormFields, options: SignPayloadOptions): Promise<object> {
  const read = readOptions(options, NAMES);
  if (payload === '[object Object]') throw new TypeError('payload is an object that was turned into text: pass the object itself');
  if (typeof payload === 'string') return { [TEXT_MEMBER]: payload, ...(await sign('text', canonicalText(payload), read)) };
  assertObject(payload, 'payload');
  if (isForm(payload)) {
    const pairs = formPairs(payload);
    const members = await sign('form', canonicalForm(pairs), read);
    return [...pairs, [INPUT_MEMBER, members[INPUT_MEMBER]], [SIGNATURE_MEMBER, members[SIGNATURE_MEMBER]]];
  }
  const { bytes, value } = canonicalObject(payload);
  return { ...value, ...(await sign('json', bytes, read)) };
}

/** Iterables are form fields, so an object that is signed as JSON is none. */
type NotForm = { readonly [Symbol.iterator]?: never };

function isForm(payload: object): payload is FormFields {
  return Symbol.iterator in payload;
}

async function sign(format: PayloadFormat, canonical: Uint8Array, options: SignPayloadOptions): Promise<SignatureMembers> {
  const { signer, tag, audience, subject, expiresIn, created: given } = options;
  assertSigner(signer);
  assertPrintable(audience, 'audience');
  if (subject !== undefined) assertPrintable(subject, 'subject');
  if (expiresIn !== undefined) assertSeconds(expiresIn, 'expiresIn', 1, LONGEST_LIFE);
  if (given !== undefined) assertTime(given, 'created');
  const created = createdOf(options);
  const params = {
    created,
    expires: expiresIn === undefined ? undefined : created + expiresIn,
    nonce: nonceOf(options),
    keyid: signer.keyid,
    tag: purposeTag(format, tag),
    audience,
    subject,
  };
  const { text, signature } = await signComponents(await payloadSource(canonical), [CONTENT_DIGEST], params, signer);
  return { [INPUT_MEMBER]: `sig=${text}`, [SIGNATURE_MEMBER]: `sig=:${signature}:` };
}

function nonceOf({ signer, serial, nonce, randomBytes }: SignPayloadOptions): string {
  if (serial === undefined) {
    if (nonce !== undefined) assertNonce(nonce);
    return nonce ?? randomNonce(signer, randomBytes);
  }
  if (nonce !== undefined) throw new TypeError('serial and nonce exclude each other');
  assertInteger(serial, 'serial', 0, 999_999_999_999_999);
  return String(serial);
}
