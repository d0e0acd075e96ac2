/**
 * One call of a signed fetch, over all its attempts.
 *
 * @module
 */

import type { Signer } from '../crypto/signer.ts';
import type { SignRequestOptions } from '../http/sign-request.ts';

/** One attempt, ready to be signed and sent. */
export interface Call {
  readonly request: Request;
  readonly origin: string;
  /** The content, byte by byte as it is sent; `undefined` when there is none, or nobody read it. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Whether it can be sent again: not if its content was an unread stream. */
  readonly replayable: boolean;
  /** What the caller wants of redirects; the request itself always says `manual`. */
  readonly redirect: Request['redirect'];
  /** As the caller gave it: runtimes have members of their own (`dispatcher`, `cf`, `proxy`) that no `Request` keeps. */
  readonly init: RequestInit;
  /** Whether the `Request` has what `init` has not, so that it must be sent itself. */
  readonly whole: boolean;
  /** Signature fields the request came with, of others. */
  readonly earlier: readonly (readonly [name: string, value: string | null])[];
  /** For the signature of this attempt only. */
  readonly extra?: Partial<SignRequestOptions> | undefined;
  /** How often each thing was tried, over all attempts. */
  readonly tried: Map<string, number>;
}

/** What came of an attempt. */
export interface Outcome {
  /** `undefined` when sending failed. */
  readonly response?: Response;
  readonly failure?: unknown;
  readonly signer: Signer;
  readonly nonce: string;
  /** The correction of the clock it was signed with. */
  readonly skew: number;
}

// The same request once more, to be signed anew.

/** The next attempt of a call at the same URL; `extra` is for its signature only. */
export function resend(call: Call, extra?: Partial<SignRequestOptions>): Call {
  const { request: sent, bytes, earlier } = call;
  // Given a body, a Request can be made of one whose own body is used; everything else is kept.
  const { referrer, referrerPolicy } = sent;
  const request = new Request(sent, { referrer, referrerPolicy, body: bytes ?? null });
  for (const [name, value] of earlier) {
    if (value === null) request.headers.delete(name);
    else request.headers.set(name, value);
  }
  return { ...call, request, extra };
}
