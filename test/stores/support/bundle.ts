/** Bundles a module with the package's source, for runtimes that load no TypeScript. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { entries } from '../../../scripts/entries.ts';
import { root } from '../../../scripts/run-command.ts';

/** The longest names first: the name of the package begins all of them. */
const alias = Object.fromEntries(
  Object.entries(entries)
    .map(([name, source]) => [name === 'index' ? 'countersign' : `countersign/${name}`, join(root, source)] as const)
    .sort(([a], [b]) => b.length - a.length),
);

export async function bundleFor(platform: 'node' | 'neutral', file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    alias,
    platform,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    mainFields: ['module', 'main'],
    external: ['cloudflare:*'],
    write: false,
  });
  return outputFiles[0]!.text;
}
