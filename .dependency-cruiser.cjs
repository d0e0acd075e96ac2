/**
 * The dependency direction of the design: each folder may import itself and what is listed for it, nothing else.
 * Adding a folder is a line here.
 */
const BASE = ['internal', 'errors'];
const CORE = [...BASE, 'crypto', 'canonical', 'structured-fields'];
const SIGNATURE = [...CORE, 'signature'];
const CARRIERS = [...SIGNATURE, 'http', 'payload', 'url', 'license'];

const layers = {
  internal: [],
  errors: ['internal'],
  canonical: BASE,
  'structured-fields': BASE,
  crypto: [...BASE, 'canonical'],
  signature: CORE,
  http: SIGNATURE,
  payload: [...SIGNATURE, 'http'],
  url: [...SIGNATURE, 'http'],
  license: [...SIGNATURE, 'http', 'payload'],
  adapter: CARRIERS,
  fetch: CARRIERS,
  browser: [...BASE, 'crypto'],
  explain: CARRIERS,
};

/** A folder `src/x/` or a file `src/x.ts`. */
const place = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;

const direction = Object.entries(layers).map(([name, below]) => ({
  name: `direction-${name}`,
  comment: `src/${name} may import ${below.length > 0 ? below.join(', ') : 'nothing else of src'}`,
  severity: 'error',
  from: { path: place([name]) },
  to: { path: '^src/', pathNot: place([name, ...below]) },
}));

module.exports = {
  forbidden: [
    ...direction,
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'pure',
      comment: 'what computes the signed text has no crypto, clock, randomness or I/O',
      severity: 'error',
      from: { path: '^src/(canonical/|structured-fields/|signature/(component|params|base)\\.ts|http/(derive|field)\\.ts)' },
      to: { path: '^src/crypto/|node_modules' },
    },
    {
      name: 'crypto-in-one-folder',
      comment: 'only src/crypto imports cryptography',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/crypto/' },
      to: { path: '@noble/|^(node:)?crypto$' },
    },
    {
      name: 'no-runtime-modules',
      comment: 'only drivers may know Node',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adapter/node|fetch/undici|store/)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'declared-dependencies',
      comment: 'src imports @noble and declared optional peers, nothing else',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined'] },
    },
    {
      name: 'nothing-imports-the-root',
      comment: 'index.ts is the public list, not a shortcut',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'], mainFields: ['module', 'main', 'types'] },
  },
};
