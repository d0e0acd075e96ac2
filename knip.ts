import type { KnipConfig } from 'knip';
import { entries, programs } from './scripts/entries.ts';

/** What nobody imports, exports or needs. The public surface is the sub-paths; what only tests use counts as used. */
const config: KnipConfig = {
  entry: [
    ...Object.values(entries),
    ...Object.values(programs),
    'scripts/*.ts',
    'bench/*.ts',
    'bench/server/serve.ts',
    'examples/*/*.ts',
    'test/{languages,runtime}/run.ts',
    'test/runtime/{entries,hosts,runtimes}/*.ts',
    'test/**/support/*.ts',
    'test/{rig,rules}/fixtures/*.ts',
  ],
  project: ['src/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
  ignore: ['test/{package,docs}/fixtures/**'],
  // Called by name in scripts/stages.ts; axe-core is resolved as a file, for pages to load.
  ignoreDependencies: ['@arethetypeswrong/cli', 'axe-core', 'dependency-cruiser', 'publint'],
  ignoreBinaries: ['apt-get', 'rg'],
  // These have a package.json of their own.
  ignoreIssues: {
    'test/runtime/**': ['unlisted'],
    'test/frameworks/**': ['unlisted'],
    'test/package/support/{browsers,chromium}.ts': ['unlisted'],
  },
  // A type in the signature of an exported function must be exported to be named in declarations.
  ignoreExportsUsedInFile: { interface: true, type: true },
};

export default config;
