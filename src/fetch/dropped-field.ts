/**
 * Fields that got lost: browsers drop some (Date, Host, Cookie, …) without a word, so that no signature over them can
 * be made.
 *
 * @module
 */

import type { Call } from './call.ts';
import { denied } from './deny.ts';
import type { Settings } from './options.ts';

/** What to throw when signing threw `problem`: something clearer if the caller gave a covered field and the `Request` has it not. */
export function explainUnsigned(problem: unknown, { request, init }: Call, { components = [] }: Settings): unknown {
  const given = new Headers(init.headers);
  const names = components.map((text) => /^"?([^"@;][^";]*)/.exec(text)?.[1]?.toLowerCase());
  const lost = names.find((name) => name && given.has(name) && !request.headers.has(name));
  return lost ? denied('dropped', lost, problem) : problem;
}
