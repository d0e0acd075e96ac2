/**
 * Fields that got lost: browsers drop some (Date, Host, Cookie, …) without a word, so that a signature over them could
 * not be made, or would not fit.
 *
 * @module
 */

import { SignedFetchError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Settings } from './options.ts';

/** What to throw when signing threw `problem`: something clearer if the caller gave a covered field and the `Request` has it not. */
export function explainUnsigned(problem: unknown, { request, init }: Call, { components = [] }: Settings): unknown {
  const given = new Headers(init?.headers);
  const names = components.map((text) => /^"?([^"@;][^";]*)/.exec(text)?.[1]?.toLowerCase());
  const lost = names.find((name) => name && given.has(name) && !request.headers.has(name));
  return lost ? fieldDropped(lost, problem) : problem;
}

/** The error for a covered field that is not sent. */
export function fieldDropped(name: string, cause?: unknown): SignedFetchError {
  return new SignedFetchError('header_dropped', `this runtime does not send the covered field ${name}`, { target: name, cause });
}
