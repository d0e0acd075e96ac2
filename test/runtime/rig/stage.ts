/**
 * Stages the built package as an application would have it, and makes of the one suite what each runtime can take.
 *
 * The package is copied: a build that runs meanwhile changes nothing. Node, Deno and Bun resolve it from
 * `node_modules`; everything else gets it bundled.
 *
 * @module
 */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { installed } from './installed.ts';
import type { SuiteBundle } from './runtime.ts';
import { bundleVectors } from './vectors.ts';

const HERE: string = import.meta.dirname;
const ROOT: string = resolve(HERE, '../../..');

/** Where the copies live. Ignored by git, made anew by every run. */
const FOLDER: string = join(ROOT, '.cache', 'runtime');

/** Copies the package and bundles the suite. `packageFolder` holds `package.json` and `dist`. */
export async function stageSuite(packageFolder: string = ROOT): Promise<SuiteBundle> {
  if (!existsSync(join(packageFolder, 'dist', 'index.js'))) throw new Error(`${packageFolder} has no dist: run npm run build first`);
  rmSync(FOLDER, { recursive: true, force: true });
  const modules = join(FOLDER, 'node_modules');
  mkdirSync(join(modules, 'countersign'), { recursive: true });
  cpSync(join(packageFolder, 'dist'), join(modules, 'countersign', 'dist'), { recursive: true });
  cpSync(join(packageFolder, 'package.json'), join(modules, 'countersign', 'package.json'));
  // A scope of its own: inside ours, the name would mean the working tree.
  writeFileSync(join(FOLDER, 'package.json'), '{"private":true,"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules', '@noble'), join(modules, '@noble'));
  symlinkSync(installed('ws'), join(modules, 'ws'));
  await Promise.all(targets().map((target) => build(target)));
  const at = (name: string) => join(FOLDER, name);
  return {
    folder: FOLDER,
    process: at('process.mjs'),
    worker: at('worker.mjs'),
    page: at('page.mjs'),
    edge: at('edge.js'),
    bare: at('bare.js'),
    servers: {
      node: at('serve-node.mjs'),
      deno: at('serve-deno.mjs'),
      bun: at('serve-bun.mjs'),
      worker: at('serve-worker.mjs'),
      carriers: at('serve-carriers.mjs'),
    },
  };
}

function targets(): readonly BuildOptions[] {
  return [
    target('process', '.mjs', 'node', { external: ['countersign', 'countersign/*'] }),
    target('serve-node', '.mjs', 'node', { external: ['countersign', 'countersign/*'] }),
    target('serve-deno', '.mjs', 'node', { external: ['countersign', 'countersign/*'] }),
    target('serve-bun', '.mjs', 'node', { external: ['countersign', 'countersign/*'] }),
    target('serve-carriers', '.mjs', 'node', { external: ['countersign', 'countersign/*', 'ws'] }),
    target('worker', '.mjs', 'neutral', { conditions: ['workerd', 'worker'] }),
    target('serve-worker', '.mjs', 'neutral', { conditions: ['workerd', 'worker'] }),
    target('page', '.mjs', 'browser', {}),
    target('edge', '.js', 'neutral', { format: 'iife', conditions: ['edge-light', 'worker'] }),
    target('bare', '.js', 'neutral', { format: 'iife', conditions: ['react-native'] }),
  ];
}

function target(entry: string, extension: string, platform: 'node' | 'browser' | 'neutral', more: BuildOptions): BuildOptions {
  return {
    entryPoints: [join(HERE, '..', 'entries', `${entry}.ts`)],
    outfile: join(FOLDER, entry + extension),
    bundle: true,
    format: 'esm',
    platform,
    target: 'es2022',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    plugins: [vectors, stagedPackage],
    ...more,
  };
}

let text: string | undefined;

/** The vectors, as a module of data: most of the runtimes have no files. */
const vectors: Plugin = {
  name: 'vectors',
  setup(builder) {
    builder.onResolve({ filter: /^vectors:all$/ }, () => ({ path: 'all', namespace: 'vectors' }));
    builder.onLoad({ filter: /.*/, namespace: 'vectors' }, () => ({
      contents: (text ??= JSON.stringify(bundleVectors())),
      loader: 'json',
    }));
  },
};

/** Bundles take the staged copy, by the package's own exports. */
const stagedPackage: Plugin = {
  name: 'staged-package',
  setup(builder) {
    if (builder.initialOptions.external !== undefined) return;
    builder.onResolve({ filter: /^countersign($|\/)/ }, ({ path }) => ({ path: exportedFile(path) }));
  },
};

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

function exportedFile(specifier: string): string {
  const folder = join(FOLDER, 'node_modules', 'countersign');
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const entry = exports[`.${specifier.slice('countersign'.length)}`];
  const file = typeof entry === 'string' ? entry : entry?.['default'];
  if (file === undefined) throw new Error(`the package does not export ${specifier}`);
  return join(folder, file);
}
