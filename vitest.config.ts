import { resolve } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { entries } from './scripts/entries.ts';

const OTHERS = [
  'test/runtime/**',
  'test/stores/**',
  'test/frameworks/**',
  'test/gateways/**',
  'test/package/**',
  'test/docs/**',
  '**/node_modules/**',
];

/** Tests and examples import the package by its name: in the fast tests that is the source. */
const alias = Object.entries(entries).map(([name, source]) => ({
  find: name === 'index' ? /^countersign$/ : new RegExp(`^countersign/${name}$`),
  replacement: resolve(import.meta.dirname, source),
}));

const unit: TestProjectInlineConfiguration = {
  resolve: { alias },
  // A worker is used for many files: starting one for each took half the time.
  test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: OTHERS, testTimeout: 30_000, isolate: false },
};

/** What guards the security of the package, once more where something has written to Object.prototype. */
const polluted: TestProjectInlineConfiguration = {
  resolve: { alias },
  test: {
    ...unit.test,
    name: 'polluted',
    isolate: true,
    include: ['test/{security,conformance}/**/*.test.ts'],
    setupFiles: 'test/support/polluted.ts',
  },
};

/** The adapters inside the frameworks they are for, over real sockets. */
const frameworks: TestProjectInlineConfiguration = {
  resolve: { alias },
  test: { name: 'frameworks', include: ['test/frameworks/**/*.test.ts'], exclude: ['**/node_modules/**'], testTimeout: 60_000 },
};

/** Behind real proxies and gateways, one file after the other: ports are chosen before they are taken. */
const gateways: TestProjectInlineConfiguration = {
  resolve: { alias },
  test: {
    name: 'gateways',
    include: ['test/gateways/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
};

const packed: TestProjectInlineConfiguration = {
  test: {
    name: 'package',
    include: ['test/package/**/*.test.ts', 'test/docs/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/package/fixtures/**'],
    globalSetup: 'test/package/support/pack.ts',
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
};

/** Over real servers, one after the other: two cores have enough to do with one. */
const stores: TestProjectInlineConfiguration = {
  resolve: { alias },
  test: {
    name: 'stores',
    include: ['test/stores/**/*.test.ts'],
    globalSetup: 'test/stores/support/global-setup.ts',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
};

export default defineConfig({
  test: {
    projects: [unit, polluted, frameworks, gateways, packed, stores],
    // A rejection that nobody awaits ends a server's process: test/rig shows that it fails a run here.
    dangerouslyIgnoreUnhandledErrors: false,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
