/** The verifying server as a worker. Its replay store lives as long as its isolate: enough for a test, not for more. */
import type { ServerConfig } from '../rig/runtime.ts';
import { fetchServer } from './fetch-server.ts';

let handle: ((request: Request) => Promise<Response>) | undefined;

export default {
  fetch(request: Request, env: { readonly CONFIG: string }): Promise<Response> {
    const { authorities } = JSON.parse(env.CONFIG) as ServerConfig;
    handle ??= fetchServer(authorities);
    return handle(request);
  },
};
