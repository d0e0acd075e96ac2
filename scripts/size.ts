/**
 * What an application pays: the built package bundled for a browser with what one use needs, minified (no comments) and gzipped.
 *
 * Counted is what is shipped in all: everything the use can reach, in one file. Cryptography in JavaScript is apart, for only
 * pages whose browser lacks it load that file. Measured with Rolldown and with esbuild; the larger counts.
 *
 * @module
 */

import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { type OutputChunk, rolldown } from 'rolldown';
import { root } from './run-command.ts';

const KIB = 1024;

/** The one file that is imported on demand. */
const JAVASCRIPT = `${root}/dist/parts/javascript.js`;

interface Budget {
  readonly use: string;
  /** A module that uses it as an application does: what it imports is its own affair, and exported to nobody. */
  readonly source: string;
  /** At most, in KiB. The tools are pinned, so that the figures are the same everywhere. */
  readonly budget: number;
}

const using = (names: string, from = 'countersign'): string => `import { ${names} } from '${from}'; globalThis.app = [${names}];`;

/** The gates: change them here. */
const budgets: readonly Budget[] = [
  { use: 'signed fetch with Ed25519', source: using('createSignedFetch, createSigner, generateKeyPair'), budget: 15 },
  { use: 'signed fetch with HMAC', source: using('createSignedFetch, hmacSigner'), budget: 15 },
  { use: 'verifier, HMAC, memory store', source: using('createVerifier, hmacKey, memoryReplayStore'), budget: 22 },
  { use: 'verifying licenses', source: using('verifyLicense', 'countersign/license'), budget: 7.5 },
  { use: 'everything of the root', source: "import * as all from 'countersign'; globalThis.app = all;", budget: 40 },
  { use: 'JavaScript cryptography', source: `import * as all from '${JAVASCRIPT}'; globalThis.app = all;`, budget: 12 },
];

async function withRolldown(source: string): Promise<string> {
  const entry = `${root}/entry.js`;
  const build = await rolldown({
    input: entry,
    cwd: root,
    platform: 'browser',
    logLevel: 'silent',
    external: /\/javascript\.js$/,
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry || id === JAVASCRIPT ? id : null), load: (id) => (id === entry ? source : null) }],
  });
  const { output } = await build.generate({ format: 'esm', minify: true, comments: false });
  await build.close();
  const [chunk, ...others] = output.filter((file): file is OutputChunk => file.type === 'chunk');
  if (chunk === undefined || others.length > 0) throw new Error('the bundle is not one file');
  return chunk.code;
}

async function withEsbuild(source: string): Promise<string> {
  const { outputFiles } = await esbuild({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    minify: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['./javascript.js'],
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

const kib = (code: string): number => gzipSync(code, { level: 9 }).length / KIB;

const columns = (...cells: readonly string[]): string => cells.map((cell, index) => (index === 0 ? cell.padEnd(30) : cell.padStart(9))).join('');

console.log(columns('KiB, minified and gzipped', 'Rolldown', 'esbuild', 'at most', ''));
for (const { use, source, budget } of budgets) {
  const sizes = [kib(await withRolldown(source)), kib(await withEsbuild(source))];
  const fits = Math.max(...sizes) <= budget;
  console.log(columns(use, ...sizes.map((size) => size.toFixed(2)), String(budget), fits ? 'ok' : 'OVER'));
  if (!fits) process.exitCode = 1;
}
