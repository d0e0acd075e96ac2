/**
 * What nobody awaits or catches: it ends a server's process in one runtime, and goes unnoticed in the next.
 *
 * @module
 */

import { type Declare, equal, explain, ok } from './collect.ts';

interface RejectionEvent {
  readonly reason?: unknown;
  readonly error?: unknown;
  preventDefault?(): void;
}

/** The two ways in which engines tell. */
interface Host {
  addEventListener?(type: string, listen: (event: RejectionEvent) => void): void;
  readonly process?: { on?(event: string, listen: (reason: unknown) => void): unknown } | undefined;
}

const host = globalThis as unknown as Host;

/** What is noticed from `watchUnhandled` on. */
export interface Unhandled {
  /** Whether the engine has a way to tell. Bare ones have none. */
  readonly told: boolean;
  /** One line each. */
  readonly reasons: string[];
}

/** Begins to watch. */
export function watchUnhandled(): Unhandled {
  const reasons: string[] = [];
  const note = (reason: unknown): void => void reasons.push(explain(reason));
  for (const event of ['unhandledRejection', 'uncaughtException']) host.process?.on?.(event, note);
  for (const type of ['unhandledrejection', 'error']) {
    host.addEventListener?.(type, (event) => {
      event.preventDefault?.();
      note(event.reason ?? event.error);
    });
  }
  return { told: host.process?.on !== undefined || host.addEventListener !== undefined, reasons };
}

/** Engines tell once the work at hand is done. */
async function told(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Declares the tests: the last of all, since they speak of what came before. */
export function unhandledTests({ told: tells, reasons }: Unhandled): (test: Declare) => void {
  return (test) => {
    if (!tells) return;
    test('nothing was rejected or thrown that nobody handled', async () => {
      await told();
      equal(reasons, []);
    });
    test('or it would have been noticed', async () => {
      void Promise.reject(new Error('nobody awaits this'));
      await told();
      ok(
        reasons.some((reason) => reason.includes('nobody awaits this')),
        'a rejection is noticed',
      );
    });
  };
}
