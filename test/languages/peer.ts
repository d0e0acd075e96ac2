/**
 * Whoever the programs are held against: first an implementation of its own, then countersign.
 *
 * @module
 */

import type { PayloadKind } from './protocol.ts';

/** A request on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly authority: string;
  /** Path and query, raw. */
  readonly target: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly content: Buffer;
}

/** How to sign something in a way that somebody will refuse. */
export interface Twist {
  readonly created?: number | undefined;
  readonly expires?: number | undefined;
  readonly secret?: string | undefined;
  readonly keyid?: string | undefined;
  readonly tag?: string | undefined;
}

/** Whom a payload is for. */
export interface Address {
  readonly kind: PayloadKind;
  readonly tag: string;
  readonly audience: string;
  readonly subject?: string | undefined;
}

/** A payload on the wire: pairs (text and form), or JSON text. */
export type WirePayload = readonly (readonly [string, string])[] | string;

/** What a license says. */
export interface LicenseTerms {
  readonly product: string;
  readonly subject?: string | undefined;
  readonly expiresIn?: number | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What was answered. */
export interface Answer {
  readonly status: number;
  readonly content: Buffer;
  readonly challenge?: string | undefined;
}

/** A server on loopback that answers with the content that was signed, or refuses. */
export interface Running {
  readonly authority: string;
  /** What was asked for, in turn; `undefined` where nobody writes it down. */
  readonly targets?: readonly string[] | undefined;
  close(): Promise<void>;
}

/** Signs and verifies everything. Verifying throws `Refusal`. */
export interface Peer {
  readonly name: string;
  /** What is tried with it, by what it tries. */
  readonly values: Readonly<Record<string, string>>;
  /** Signs a request and sends it. */
  send(request: WireRequest): Promise<Answer>;
  serve(): Promise<Running>;
  /** Texts go in as they are, forms as pairs, JSON as an object. */
  signPayload(data: string | readonly (readonly [string, string])[] | object, address: Address): Promise<WirePayload>;
  /** The text, the canonical form, or canonical JSON. */
  verifyPayload(payload: WirePayload, address: Address): Promise<string>;
  verifyUrl(method: string, url: string): Promise<void>;
  /** As a readable file. */
  issueLicense(terms: LicenseTerms): Promise<string>;
  readonly licenseKey: { readonly keyid: string; readonly publicKey: string };
}

/** Why somebody refused. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`refused: ${code}`);
    this.code = code;
  }
}

/** The key that both sides have. What is in it must be escaped, encoded as UTF-8, and not be taken for hex or base64. */
export const KEYID = 'j.doe "the \\ second" |&=%+\'#';
export const SECRET = 'not hex, not base64: \u00e9 e\u0301 \u{1f511} "|&=%+\\';
