/**
 * What an application pays: the built package bundled for a browser with what one use needs, minified (no comments) and gzipped.
 *
 * Counted is what a page loads at once, the static imports, and what such a page always asks for after that. The
 * fallback is what a page without native Ed25519 loads besides. Measured with Rolldown, which cuts a file wherever one
 * part of it is loaded on demand.
 *
 * @module
 */

import { gzipSync } from 'node:zlib';
import { type OutputChunk, rolldown } from 'rolldown';
import { root } from './run-command.ts';

const KIB = 1024;

interface Budget {
  readonly use: string;
  readonly names: readonly string[];
  /** At most, in KiB. The toolchain is pinned, so that the figures are the same everywhere. */
  readonly budget: number;
  /** Where the names are from; the root by default. */
  readonly from?: string | undefined;
  /** What is loaded on demand but such a page always demands, by its file. */
  readonly always?: string | undefined;
}

const budgets: readonly Budget[] = [
  { use: 'signed fetch with Ed25519', names: ['createSignedFetch', 'createSigner', 'generateKeyPair'], budget: 6 },
  { use: 'signed fetch with HMAC', names: ['createSignedFetch', 'hmacSigner'], budget: 9.5, always: 'hmac-noble' },
  { use: 'everything of the root', names: Object.keys(await import('countersign')), budget: 15 },
  { use: 'verifying licenses', from: 'countersign/license', names: ['verifyLicense'], budget: 6 },
];

const FALLBACK = { use: 'Ed25519 fallback, lazy', budget: 9, file: 'ed25519-fallback' };

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
  const { output } = await build.generate({ format: 'esm', minify: true, comments: false });
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

function report(use: string, size: number, budget: number): boolean {
  const fits = size <= budget;
  console.log(`${fits ? 'ok  ' : 'OVER'} ${use.padEnd(28)} ${size.toFixed(2).padStart(6)} KiB, at most ${budget}`);
  return fits;
}

/** What is loaded besides when a file is asked for. */
function besides(chunks: readonly OutputChunk[], file: string, eager: ReadonlySet<OutputChunk>): readonly OutputChunk[] {
  const start = chunks.find(({ fileName }) => fileName.includes(file));
  if (start === undefined) throw new Error(`the bundle has no ${file}`);
  return [...closure(chunks, start)].filter((chunk) => !eager.has(chunk));
}

let fits = true;
for (const { use, from = 'countersign', names, budget, always } of budgets) {
  // As an application uses it: what it imports is its own affair, and exported to nobody.
  const chunks = await bundle(`import { ${names} } from '${from}'; globalThis.app = [${names}];`);
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error('the bundle has no entry');
  const eager = closure(chunks, entry);
  fits = report(use, kib([...eager, ...(always === undefined ? [] : besides(chunks, always, eager))]), budget) && fits;
  if (use === budgets[0]?.use) fits = report(FALLBACK.use, kib(besides(chunks, FALLBACK.file, eager)), FALLBACK.budget) && fits;
}
if (!fits) process.exitCode = 1;
