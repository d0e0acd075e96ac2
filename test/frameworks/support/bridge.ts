/** A small bridge from node:http to handlers of `Request` and `Response`. */
import { Readable } from 'node:stream';
import { serve } from './bank.ts';

type Fetch = (request: Request) => Promise<Response>;

/** Serves a handler, and answers for one that fails; the address begins every URL. */
export async function bridge(handler: Fetch): Promise<string> {
  return serve(async (incoming, outgoing) => {
    const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method!,
      headers: Object.entries(incoming.headersDistinct).flatMap(([name, values]) =>
        values!.map((value) => [name, value] as [string, string]),
      ),
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
    } as RequestInit);
    const response = await handler(request).catch(() => new Response('fault', { status: 500 }));
    outgoing.writeHead(response.status, [...response.headers].flat());
    if (response.body) Readable.fromWeb(response.body as never).pipe(outgoing);
    else outgoing.end();
  });
}
