/**
 * What an application pays: the built package bundled for a browser with what one use needs, minified and gzipped.
 *
 * Eager is what a page loads at once, the static imports; lazy is what only `import()` reaches.
 *
 * @module
 */

import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { root } from './run-command.ts';

const KIB = 1024;

interface Budget {
  readonly use: string;
  /** The module that is bundled; `*` of the package where one would import it. */
  readonly source: string;
  readonly eager?: number;
  readonly lazy?: number;
}

const budgets: readonly Budget[] = [
  {
    use: 'signed fetch with Ed25519',
    source: "export { createSignedFetch, createSigner, importPrivateKeyBase64url } from 'countersign';",
    eager: 6 * KIB,
    lazy: 9 * KIB,
  },
  { use: 'signed fetch with HMAC', source: "export { createSignedFetch, hmacSigner } from 'countersign';", eager: 9.5 * KIB },
  { use: 'everything of the root', source: "export * from 'countersign';", eager: 15 * KIB, lazy: 9 * KIB },
];

/** The outputs that the entry loads at once, and the others. */
function split({ outputs }: Metafile): { readonly eager: readonly string[]; readonly lazy: readonly string[] } {
  const eager = new Set<string>();
  const visit = (file: string): void => {
    if (eager.has(file)) return;
    eager.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement' && outputs[path]) visit(path);
  };
  for (const [file, { entryPoint }] of Object.entries(outputs)) if (entryPoint === '<stdin>') visit(file);
  return { eager: [...eager], lazy: Object.keys(outputs).filter((file) => !eager.has(file)) };
}

async function measure(source: string): Promise<{ readonly eager: number; readonly lazy: number }> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: source, resolveDir: root, sourcefile: '<stdin>' },
    absWorkingDir: root,
    outdir: 'out',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [path, gzipSync(contents, { level: 9 }).length]));
  const total = (files: readonly string[]): number => files.reduce((bytes, file) => bytes + (sizes.get(resolve(root, file)) ?? 0), 0);
  const { eager, lazy } = split(metafile);
  return { eager: total(eager), lazy: total(lazy) };
}

function report(what: string, bytes: number, budget: number): boolean {
  const kib = (count: number): string => `${(count / KIB).toFixed(2)} KiB`;
  const fits = bytes <= budget;
  console.log(`${fits ? 'ok  ' : 'OVER'} ${what.padEnd(34)} ${kib(bytes).padStart(10)} of ${kib(budget).padStart(9)}`);
  return fits;
}

let fits = true;
for (const { use, source, eager, lazy } of budgets) {
  const bytes = await measure(source);
  if (eager !== undefined) fits = report(use, bytes.eager, eager) && fits;
  if (lazy !== undefined) fits = report(`${use}, lazy`, bytes.lazy, lazy) && fits;
}
if (!fits) process.exitCode = 1;
