/**
 * A handler of `Request` and `Response` with the guard around it.
 *
 * @module
 */

import type { Awaitable } from '../../internal/awaitable.ts';
import type { Guard } from './guard.ts';
import { finishWeb, guardWeb, type PassedRequest, refusalResponse, type WebGuardContext } from './web-guard.ts';

/** How a handler is guarded. */
export interface GuardedHandler<Rest extends readonly unknown[]> {
  readonly guard: Guard;
  /** Whether refusals are answered; else they are thrown. */
  readonly answers: boolean;
  /** What the platform knows about a request. */
  contextOf(request: Request, rest: Rest): Awaitable<WebGuardContext>;
  /** What is known about a refusal besides. */
  explain?(error: unknown, request: Request): unknown;
}

/** Calls the handler for verified requests, and no others. */
export function guardHandler<Rest extends readonly unknown[]>(
  handler: (request: Request, ...rest: Rest) => Awaitable<Response>,
  { guard, answers, contextOf, explain = (error) => error }: GuardedHandler<Rest>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    let passed: PassedRequest | Response | undefined;
    try {
      passed = await guardWeb(guard, request, await contextOf(request, rest)).catch((error: unknown) => {
        throw explain(error, request);
      });
      return passed instanceof Response ? passed : await finishWeb(guard, request, passed, await handler(request, ...rest));
    } catch (error) {
      if (passed !== undefined && 'opened' in passed) passed.opened?.abandon('the handler failed');
      const refusal = answers ? refusalResponse(guard, request, error) : undefined;
      if (refusal === undefined) throw error;
      return refusal;
    }
  };
}
