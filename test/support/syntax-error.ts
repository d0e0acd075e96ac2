import { ComponentError } from '../../src/internal/component-error.ts';

/** Where our own parser of structured fields says that it went wrong; any other error is thrown again. */
export function positionOf(error: unknown): number {
  const found = error instanceof ComponentError ? /^[a-z ()]+ at index (\d+)$/.exec(error.message) : null;
  if (found === null) throw error;
  return Number(found[1]);
}
