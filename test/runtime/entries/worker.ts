/** The suite in a module worker: a config is posted, the result is the answer. */
import type { SuiteConfig } from '../suite/config.ts';
import { runSuite } from '../suite/main.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await runSuite((await request.json()) as SuiteConfig));
  },
};
