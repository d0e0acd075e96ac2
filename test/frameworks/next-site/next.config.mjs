import { dirname } from 'node:path';

// Where node_modules is, from .cache/site-… on.
const top = dirname(dirname(import.meta.dirname));

export default {
  basePath: process.env.BASE_PATH ?? '',
  trailingSlash: process.env.TRAILING_SLASH === 'true',
  outputFileTracingRoot: top,
  ...(process.env.NEXT_MAJOR === '16' && { turbopack: { root: top } }),
  rewrites: async () => [
    { source: '/rewritten/:path*', destination: '/api/coins/:path*' },
    { source: '/fixed/:name', destination: '/api/coins/fixed?name=:name&added=1' },
  ],
};
