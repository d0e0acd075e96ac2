/**
 * Reading a refusal: what a server of ours answers when it does not accept a message.
 *
 * @see RFC 9457
 * @module
 */

import { PROBLEM_TYPE } from '../errors.ts';
import { assertSeconds } from '../internal/assert.ts';
import { memberOf, type OptionNames, readOptions } from '../internal/options.ts';
import { decodeUtf8 } from '../internal/utf8.ts';
import { systemTime } from '../runtime/time.ts';
import { readAnswer } from './answer.ts';

/** Why a message was not accepted, in the server's words. Nobody signed it: inform with it, decide nothing by it. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** One of the documented codes, or one of a newer server. */
  readonly code: string;
  /** What the server says besides the code: which component lacks, for one. */
  readonly detail: string | undefined;
  /** All that the message lacks, the first of it being `code` and `detail`; `undefined` if the server does not say. */
  readonly unmet: readonly { readonly code: string; readonly detail: string | undefined }[] | undefined;
  /** The server's time, whole seconds since the epoch. */
  readonly now: number | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;
  /** What would be accepted: see `parseAcceptSignature`. */
  readonly acceptSignature: string | undefined;
  /** The signature base the server built, if it exposes it. */
  readonly signatureBase: string | undefined;
}

/** How to read a refusal. */
export interface ParseRefusalOptions {
  /** Seconds to wait for its last byte; 3 by default. */
  readonly timeout?: number | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

const NAMES: OptionNames<ParseRefusalOptions> = { timeout: true, signal: true };

const MAX_BYTES = 64 * 1024;

const MAX_SECONDS = 3600;

/**
 * Reads a refusal off a response, whose body stays readable; `undefined` if it is none of ours, breaks, or does not end in time.
 *
 * @throws {TypeError} If it is no response, or was read before.
 * @throws The reason of the signal.
 */
export async function parseRefusal(response: Response, options: ParseRefusalOptions = {}): Promise<Refusal | undefined> {
  const { timeout = 3, signal } = readOptions(options, NAMES);
  assertSeconds(timeout, 'timeout', 1, MAX_SECONDS);
  if (typeof response?.headers?.get !== 'function') throw new TypeError('response must be a Response');
  const { status, headers } = response;
  if (status < 400 || !/^application\/problem\+json *(;|$)/i.test(headers.get('content-type') ?? '')) return undefined;
  const problem = parseProblem(await readText(response.clone(), timeout, signal));
  const [code, detail, now, signatureBase] = ['code', 'detail', 'now', 'signatureBase'].map((name) => problem.get(name));
  if (typeof code !== 'string' || problem.get('type') !== PROBLEM_TYPE + code) return undefined;
  return {
    status,
    code,
    detail: typeof detail === 'string' ? detail : undefined,
    unmet: readUnmet(problem.get('unmet')),
    now: typeof now === 'number' && Number.isSafeInteger(now) ? now : undefined,
    retryAfter: readRetryAfter(headers, systemTime()),
    acceptSignature: headers.get('accept-signature') ?? undefined,
    signatureBase: typeof signatureBase === 'string' ? signatureBase : undefined,
  };
}

/** What is listed as lacking, as far as it is what we list. */
function readUnmet(given: unknown): Refusal['unmet'] {
  if (!Array.isArray(given)) return undefined;
  return given.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const [code, detail] = [memberOf(one, 'code'), memberOf(one, 'detail')];
    return typeof code === 'string' ? [{ code, detail: typeof detail === 'string' ? detail : undefined }] : [];
  });
}

/** The text of a response; `undefined` if it is too much, too late, or broken. */
async function readText(response: Response, seconds: number, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    // A polyfill's has no stream, and is there already.
    if (response.body === undefined) return limited(await response.text());
    const bytes = await readAnswer(response, { limit: MAX_BYTES, seconds, signal });
    return typeof bytes === 'string' ? undefined : decodeUtf8(bytes);
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

function limited(text: string): string | undefined {
  return text.length <= MAX_BYTES ? text : undefined;
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
