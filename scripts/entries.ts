/**
 * The sub-paths of the package, each with the source it is built from. A new one is a line here, one in the `exports` of
 * package.json and one in the `paths` of tsconfig.test.json; `test/package` checks that the three agree.
 *
 * @module
 */

/** Name in `dist` to source file; `index` is the root. */
export const entries: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  'api-keys': 'src/api-key/index.ts',
  browser: 'src/browser/index.ts',
  explain: 'src/explain/index.ts',
  express: 'src/adapter/express.ts',
  fastify: 'src/adapter/fastify.ts',
  gateway: 'src/gateway/index.ts',
  hono: 'src/adapter/hono.ts',
  http: 'src/http/index.ts',
  'key-pairs': 'src/key-pairs/index.ts',
  koa: 'src/adapter/koa.ts',
  lambda: 'src/adapter/lambda.ts',
  metrics: 'src/metrics/index.ts',
  next: 'src/adapter/next.ts',
  node: 'src/adapter/node.ts',
  license: 'src/license/index.ts',
  payload: 'src/payload/index.ts',
  portal: 'src/portal/index.ts',
  presets: 'src/presets/index.ts',
  redis: 'src/redis/index.ts',
  sql: 'src/sql/index.ts',
  testing: 'src/testing/index.ts',
  undici: 'src/undici/index.ts',
  url: 'src/url/index.ts',
  web: 'src/adapter/web.ts',
};

/** What npm puts on the path: file in `dist` to source file. It is the only room that knows Node, and nobody imports it. */
export const programs: Readonly<Record<string, string>> = { 'bin/countersign': 'src/cli/main.ts' };
