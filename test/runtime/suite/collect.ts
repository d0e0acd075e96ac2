/**
 * A test collector for engines that have nothing: names, functions, and what they threw.
 *
 * @module
 */

import type { TestOutcome } from './config.ts';

/** Declares one test. */
export type Declare = (name: string, run: () => unknown) => void;

/** Runs the tests that the parts declare, one after the other. */
export async function runTests(parts: Readonly<Record<string, (test: Declare) => void>>): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for (const [part, declare] of Object.entries(parts)) {
    const declared: [name: string, run: () => unknown][] = [];
    declare((name, run) => void declared.push([`${part}: ${name}`, run]));
    for (const [name, run] of declared) outcomes.push({ name, error: await failureOf(run) });
  }
  return outcomes;
}

async function failureOf(run: () => unknown): Promise<string | undefined> {
  try {
    await withinTime(run());
    return undefined;
  } catch (error) {
    return explain(error);
  }
}

const TEST_SECONDS = 20;

/** A test that hangs is a failed one, where there are timers to tell. */
async function withinTime(running: unknown): Promise<void> {
  if (typeof setTimeout === 'undefined') return void (await running);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${TEST_SECONDS} s`)), TEST_SECONDS * 1000);
  });
  await Promise.race([running, late]).finally(() => clearTimeout(timer));
}

/** An error as one line, whatever was thrown. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { readonly code?: unknown }).code;
  const cause = error.cause === undefined ? '' : ` <- ${explain(error.cause)}`;
  return `${error.name}${code === undefined ? '' : ` (${code})`}: ${error.message}${cause}`;
}

/** Requires two values to be the same, compared as text when they are objects. */
export function equal(actual: unknown, expected: unknown, what = 'value'): void {
  const [is, should] = [show(actual), show(expected)];
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`);
}

function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}

/** Requires something to hold. */
export function ok(value: unknown, what: string): void {
  if (!value) throw new Error(`not so: ${what}`);
}

/** Requires a failure of a kind: the name of an error class, or the `code` of one of ours. */
export async function refuses(run: () => unknown, kind: string): Promise<unknown> {
  let result: unknown;
  try {
    result = await run();
  } catch (error) {
    const { name, code } = error as { readonly name?: string; readonly code?: unknown };
    if (code === kind || name === kind) return error;
    throw new Error(`${kind} expected, got ${explain(error)}`);
  }
  throw new Error(`${kind} expected, got ${show(result)}`);
}
