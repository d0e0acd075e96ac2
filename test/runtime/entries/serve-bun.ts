/** The verifying server on Bun.serve. */
import { RESULT_MARK } from '../rig/limits.ts';
import type { ServerConfig } from '../rig/runtime.ts';
import { fetchServer } from './fetch-server.ts';
import { readLine, untilAlone } from './stdin.ts';

interface BunGlobal {
  serve(options: { readonly hostname: string; readonly port: number; fetch(request: Request): Promise<Response> }): {
    readonly port: number;
  };
}

const { Bun } = globalThis as unknown as { readonly Bun: BunGlobal };
const { authorities } = JSON.parse(await readLine()) as ServerConfig;
let handle: ((request: Request) => Promise<Response>) | undefined;
const { port } = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => handle!(request) });
handle = fetchServer([...authorities, `127.0.0.1:${port}`]);
console.log(`${RESULT_MARK}http://127.0.0.1:${port}`);
await untilAlone();
process.exit(0);
