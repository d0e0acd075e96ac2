/**
 * How the page asks a server. No answer is told apart from every answer: who got none knows nothing of what was signed.
 */

/** A server that gave no answer. */
export class UnreachableError extends Error {
  readonly origin: string;

  constructor(origin: string, cause: unknown) {
    super(`${origin} does not answer`, { cause });
    this.origin = origin;
  }
}

const PATIENCE_MS = 10_000;

/**
 * Like `fetch`, the body read to its end.
 *
 * @throws {UnreachableError} If there is no connection, it breaks, or nothing comes for ten seconds.
 */
export async function reach(address: string, init: RequestInit = {}): Promise<Response> {
  const url = new URL(address, location.origin);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { ...init, signal: late.signal });
    return new Response(await response.text(), { status: response.status, headers: response.headers });
  } catch (error) {
    throw new UnreachableError(url.origin, error);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends JSON. */
export function reachWithJson(address: string, value: unknown): Promise<Response> {
  return reach(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
}
