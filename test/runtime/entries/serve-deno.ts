/** The verifying server on Deno.serve. */
import { RESULT_MARK } from '../rig/limits.ts';
import type { ServerConfig } from '../rig/runtime.ts';
import { fetchServer } from './fetch-server.ts';
import { readLine, untilAlone } from './stdin.ts';

interface DenoGlobal {
  serve(
    options: { readonly hostname: string; readonly port: number; onListen(address: { readonly port: number }): void },
    handle: (request: Request) => Promise<Response>,
  ): unknown;
  exit(code: number): never;
}

const { Deno } = globalThis as unknown as { readonly Deno: DenoGlobal };
const { authorities } = JSON.parse(await readLine()) as ServerConfig;
let handle: ((request: Request) => Promise<Response>) | undefined;
Deno.serve(
  {
    hostname: '127.0.0.1',
    port: 0,
    onListen: ({ port }) => {
      handle = fetchServer([...authorities, `127.0.0.1:${port}`]);
      console.log(`${RESULT_MARK}http://127.0.0.1:${port}`);
    },
  },
  (request) => handle!(request),
);
await untilAlone();
Deno.exit(0);
