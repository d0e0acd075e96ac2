/**
 * The same request once more, to be signed anew.
 *
 * @module
 */

import type { SignRequestOptions } from '../http/sign.ts';
import type { Call } from './call.ts';

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
