/**
 * Telling the application what happened, without letting it change that.
 *
 * @module
 */

import { isThenable } from '../internal/awaitable.ts';

/** Calls a hook. What it throws, at once or later, is reported on the console: it must neither change an answer nor end a process. */
export function notify<T>(name: string, hook: ((value: T) => unknown) | undefined, value: T): void {
  if (hook === undefined) return;
  const report = (error: unknown) => console.error(`countersign: ${name} threw`, error);
  try {
    const answer = hook(value);
    if (isThenable(answer)) answer.then(undefined, report);
  } catch (error) {
    report(error);
  }
}
