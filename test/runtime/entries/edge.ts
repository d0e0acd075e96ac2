/** The suite in edge-runtime, whose scripts listen for a fetch event. */
import type { SuiteConfig } from '../suite/config.ts';
import { runSuite } from '../suite/main.ts';

interface FetchEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

async function answer(request: Request): Promise<Response> {
  return Response.json(await runSuite((await request.json()) as SuiteConfig));
}

(globalThis as unknown as { addEventListener(type: 'fetch', listen: (event: FetchEvent) => void): void }).addEventListener(
  'fetch',
  (event) => event.respondWith(answer(event.request)),
);
