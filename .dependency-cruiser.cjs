/**
 * The dependency direction of the design: each folder may import itself and what is listed for it, nothing else.
 * Adding a folder is a line here.
 */
const BASE = ['internal'];
const PURE = [...BASE, 'structured-fields', 'canonical'];
/** The folders that are pure by reachability. */
const PURITY = ['structured-fields', 'canonical', 'rfc9421'];
const CORE = [...PURE, 'errors', 'runtime', 'rfc9421', 'crypto'];
const SIGNATURE = [...CORE, 'signature', 'replay', 'jwks'];
const CARRIERS = [...SIGNATURE, 'http', 'payload', 'url', 'license'];

const layers = {
  internal: [],
  errors: BASE,
  runtime: BASE,
  'structured-fields': BASE,
  canonical: BASE,
  rfc9421: PURE,
  crypto: [...PURE, 'errors', 'runtime'],
  replay: CORE,
  jwks: [...CORE, 'signature', 'replay'],
  signature: [...CORE, 'replay'],
  http: SIGNATURE,
  payload: SIGNATURE,
  url: SIGNATURE,
  license: [...SIGNATURE, 'payload'],
  adapter: CARRIERS,
  fetch: CARRIERS,
  gateway: [...CARRIERS, 'adapter'],
  undici: [...CARRIERS, 'fetch'],
  testing: [...CORE, 'replay', 'api-key'],
  redis: [...CORE, 'replay', 'api-key'],
  sql: [...CORE, 'replay', 'api-key'],
  browser: CORE,
  'key-pairs': CORE,
  explain: CARRIERS,
  presets: CARRIERS,
  'api-key': CARRIERS,
  metrics: [...CARRIERS, 'adapter', 'api-key'],
  portal: [...CARRIERS, 'api-key'],
  cli: ['\\w[\\w-]*'],
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
      comment:
        'what computes the signed text reaches nothing that has crypto, a clock, randomness or I/O; scripts/purity.ts looks into the rest',
      severity: 'error',
      from: { path: place(PURITY) },
      to: { pathNot: place([...PURITY, ...BASE]), reachable: true },
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
      comment: 'only the command line knows Node; nothing imports it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
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
