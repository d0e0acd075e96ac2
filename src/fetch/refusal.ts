/**
 * Reading a refusal: what a server of ours answers when it does not accept a message.
 *
 * @see RFC 9457
 * @module
 */

import { PROBLEM_TYPE } from '../errors.ts';
import { decodeUtf8 } from '../internal/utf8.ts';
import { readBody } from '../runtime/read-stream.ts';
import { systemTime } from '../runtime/time.ts';

/** Why a message was not accepted, in the server's words. Nobody signed it: inform with it, decide nothing by it. */
export interface Refusal {
  readonly status: number;
  /** One of the documented codes, or one of a newer server. */
  readonly code: string;
  /** The server's time, whole seconds since the epoch. */
  readonly now: number | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;
  /** What would be accepted: see `parseAcceptSignature`. */
  readonly acceptSignature: string | undefined;
  /** The signature base the server built, if it exposes it. */
  readonly signatureBase: string | undefined;
}

const MAX_BYTES = 64 * 1024;

/**
 * Reads a refusal off a response, whose body stays readable; `undefined` if it is none of ours.
 *
 * @throws {TypeError} If the response was read before.
 */
export async function parseRefusal(response: Response): Promise<Refusal | undefined> {
  const { status, headers } = response;
  if (status < 400 || !/^application\/problem\+json *(;|$)/i.test(headers.get('content-type') ?? '')) return undefined;
  const bytes = await readBody(response.clone(), MAX_BYTES);
  const problem = parseProblem(bytes && decodeUtf8(bytes));
  const [code, now, signatureBase] = ['code', 'now', 'signatureBase'].map((name) => problem.get(name));
  if (typeof code !== 'string' || problem.get('type') !== PROBLEM_TYPE + code) return undefined;
  return {
    status,
    code,
    now: typeof now === 'number' && Number.isSafeInteger(now) ? now : undefined,
    retryAfter: readRetryAfter(headers, systemTime()),
    acceptSignature: headers.get('accept-signature') ?? undefined,
    signatureBase: typeof signatureBase === 'string' ? signatureBase : undefined,
  };
}

/** The members of a JSON object, its own only; none if it is not one. */
function parseProblem(text: string | undefined): ReadonlyMap<string, unknown> {
  try {
    return new Map(Object.entries(JSON.parse(text ?? '')));
  } catch {
    return new Map();
  }
}

/** Retry-After in seconds, of either form (RFC 9110, section 10.2.3); `undefined` without one that makes sense. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // `Date.parse` takes much more for a date than HTTP does.
  const seconds = /^[A-Z].* GMT$/.test(text) ? Date.parse(text) / 1000 - now : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
