/**
 * A module and all that it imports in one file, as two bundlers make it.
 *
 * @module
 */

import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { type OutputChunk, rolldown } from 'rolldown';

/** How to bundle. */
export interface BundleOptions {
  /** The folder that the module stands in: its packages are found from here. */
  readonly folder: string;
  /** Imports that stay imports; none by default. */
  readonly external?: RegExp | undefined;
}

/** Bundles a module for browsers into one minified file without comments; imports on demand are in it too. */
export type Bundler = (source: string, options: BundleOptions) => Promise<string>;

const withRolldown: Bundler = async (source, { folder, external }) => {
  const entry = join(folder, 'bundled.js');
  const bundle = await rolldown({
    input: entry,
    cwd: folder,
    platform: 'browser',
    logLevel: 'silent',
    external: external ?? [],
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? source : null) }],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true, comments: false, codeSplitting: false });
  await bundle.close();
  const [chunk, ...others] = output.filter((file): file is OutputChunk => file.type === 'chunk');
  if (chunk === undefined || others.length > 0) throw new Error('Rolldown made more than one file');
  return chunk.code;
};

const withEsbuild: Bundler = async (source, { folder, external }) => {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    minify: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins: external === undefined ? [] : [keepImports(external)],
    write: false,
    logLevel: 'error',
  });
  const [file, ...others] = outputFiles;
  if (file === undefined || others.length > 0) throw new Error('esbuild made more than one file');
  return file.text;
};

function keepImports(filter: RegExp): Plugin {
  return { name: 'keep-imports', setup: ({ onResolve }) => onResolve({ filter }, ({ path }) => ({ path, external: true })) };
}

/** The bundlers, each by its name. */
export const bundlers: Readonly<Record<'Rolldown' | 'esbuild', Bundler>> = { Rolldown: withRolldown, esbuild: withEsbuild };
