/** The verifying server where requests are fetch's: Deno, Bun, workerd. */
import { explain } from '../suite/collect.ts';
import { type Answer, preflightAnswer } from '../suite/seen.ts';
import { createHandler } from '../suite/server.ts';

/** Makes a fetch handler. Its own authority is known once it listens. */
export function fetchServer(authorities: readonly string[]): (request: Request) => Promise<Response> {
  const handle = createHandler(authorities);
  return async (request) => {
    const { status, headers, body = null } = await answer(request, handle);
    // Refused before it was read: workerd would reset the connection while the client still writes.
    if (!request.bodyUsed) await request.arrayBuffer();
    return new Response(body, { status, headers: { ...headers } });
  };
}

async function answer(request: Request, handle: (request: Request) => Promise<Answer>): Promise<Answer> {
  try {
    return preflightAnswer(request.method, (name) => request.headers.get(name)) ?? (await handle(request));
  } catch (error) {
    return { status: 500, headers: { 'x-verdict': explain(error).replace(/[^ -~]/g, '?') } };
  }
}
