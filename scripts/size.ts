/**
 * What an application pays: the built package bundled for a browser with what one use needs, minified and gzipped.
 *
 * Eager is what a page loads at once, the static imports. The fallback is what a page without native Ed25519 loads
 * besides. Measured with Rolldown, which cuts a file wherever one part of it is loaded on demand.
 *
 * @module
 */

import { gzipSync } from 'node:zlib';
import { type OutputChunk, rolldown } from 'rolldown';
import { root } from './run-command.ts';

const KIB = 1024;

interface Budget {
  readonly use: string;
  readonly source: string;
  /** In KiB: what may be paid, and what we want to get down to. */
  readonly eager: number;
  readonly goal: number;
}

const budgets: readonly Budget[] = [
  {
    use: 'signed fetch with Ed25519',
    source: "export { createSignedFetch, createSigner, importPrivateKeyBase64url } from 'countersign';",
    eager: 8.7,
    goal: 6,
  },
  { use: 'signed fetch with HMAC', source: "export { createSignedFetch, hmacSigner } from 'countersign';", eager: 11.2, goal: 9.5 },
  { use: 'everything of the root', source: "export * from 'countersign';", eager: 34.5, goal: 15 },
];

const FALLBACK = { use: 'Ed25519 fallback, lazy', budget: 9 };

async function bundle(source: string): Promise<readonly OutputChunk[]> {
  const entry = 'virtual:entry';
  const build = await rolldown({
    input: entry,
    cwd: root,
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id: string) => (id === entry ? `${root}/entry.js` : null),
        load: (id: string) => (id === `${root}/entry.js` ? source : null),
      },
    ],
  });
  const { output } = await build.generate({ format: 'esm', minify: true });
  await build.close();
  return output.filter((file): file is OutputChunk => file.type === 'chunk');
}

/** A chunk and all that it loads at once. */
function closure(chunks: readonly OutputChunk[], start: OutputChunk, seen: Set<OutputChunk> = new Set()): Set<OutputChunk> {
  if (seen.has(start)) return seen;
  seen.add(start);
  for (const chunk of chunks) if (start.imports.includes(chunk.fileName)) closure(chunks, chunk, seen);
  return seen;
}

function kib(chunks: Iterable<OutputChunk>): number {
  let bytes = 0;
  for (const { code } of chunks) bytes += gzipSync(code, { level: 9 }).length;
  return bytes / KIB;
}

function report(use: string, size: number, budget: number, goal: number): boolean {
  const fits = size <= budget;
  console.log(
    `${fits ? 'ok  ' : 'OVER'} ${use.padEnd(28)} ${size.toFixed(2).padStart(6)} KiB of ${String(budget).padStart(4)} (goal ${goal})`,
  );
  return fits;
}

let fits = true;
for (const { use, source, eager: budget, goal } of budgets) {
  const chunks = await bundle(source);
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error('the bundle has no entry');
  const eager = closure(chunks, entry);
  fits = report(use, kib(eager), budget, goal) && fits;
  const fallback = chunks.find(({ fileName }) => fileName.includes('ed25519-fallback'));
  if (fallback === undefined || use !== budgets[0]?.use) continue;
  const lazy = [...closure(chunks, fallback)].filter((chunk) => !eager.has(chunk));
  fits = report(FALLBACK.use, kib(lazy), FALLBACK.budget, FALLBACK.budget) && fits;
}
if (!fits) process.exitCode = 1;
