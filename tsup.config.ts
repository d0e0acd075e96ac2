import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import { entries } from './scripts/entries.ts';

/**
 * Cuts for the chunks, no sub-paths: what one of these needs stands in files of its own, so that a bundler which loads
 * the rest on demand can leave it out of the page.
 */
const cuts = {
  'parts/signed-fetch': 'src/fetch/signed-fetch.ts',
  'parts/hmac': 'src/crypto/hmac.ts',
  'parts/private-key': 'src/crypto/ed25519-private.ts',
};

/** What is loaded on demand keeps its name, which then shows in the files of an application too. */
function onDemand(): Readonly<Record<string, string>> {
  const files = globSync('src/**/*.ts').flatMap((importer) =>
    [...readFileSync(importer, 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, path]) => join(dirname(importer), path!)),
  );
  return Object.fromEntries(files.map((file) => [`parts/${basename(file, '.ts')}`, file]));
}

/** One entry a sub-path; shared chunks, so that an application never holds two copies of the core. */
export default defineConfig(({ dts }) => ({
  entry: { ...entries, ...cuts, ...onDemand() },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  splitting: true,
  treeshake: true,
  sourcemap: true,
  // Who builds without declarations, as the demo does, keeps those that are there.
  clean: dts === false ? ['!**/*.d.ts*'] : true,
  dts: { entry: { ...entries } },
  esbuildPlugins: [
    {
      // Bundlers take a dependency's file as a whole: without this, SHA-512, which only the lazy fallback needs, would be
      // in every page that has HMAC.
      name: 'own-hashes',
      setup: (build) => {
        build.onLoad({ filter: /crypto[\\/]noble-hash\.ts$/ }, async ({ path }) => ({
          loader: 'ts',
          contents: (await readFile(path, 'utf8')).replace(
            "'@noble/hashes/sha2.js'",
            JSON.stringify(relative(dirname(path), fileURLToPath(import.meta.resolve('@noble/hashes/sha2.js')))),
          ),
        }));
      },
    },
  ],
}));
