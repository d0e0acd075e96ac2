/**
 * What an application pays: the built package bundled for a browser with what one use needs, minified (no comments) and gzipped.
 *
 * Counted is what is shipped in all: everything the use can reach, in one file. Cryptography in JavaScript is apart, for only
 * pages whose browser lacks it load that file. Measured with Rolldown and with esbuild; the larger counts.
 *
 * @module
 */

import { gzipSync } from 'node:zlib';
import { bundlers } from './bundle.ts';
import { root } from './run-command.ts';

const KIB = 1024;

interface Budget {
  readonly use: string;
  readonly names: string;
  /** Where the names are from; the root by default. */
  readonly from?: string | undefined;
  /** At most, in KiB. The tools are pinned, so that the figures are the same everywhere. */
  readonly budget: number;
}

/** The gates: to be changed here, with the reason in the commit. */
const budgets: readonly Budget[] = [
  { use: 'signed fetch with Ed25519', names: 'createSignedFetch, createSigner, generateKeyPair', budget: 24 },
  { use: 'signed fetch with HMAC', names: 'createSignedFetch, hmacSigner', budget: 21.5 },
  { use: 'verifier, HMAC, memory store', names: 'createVerifier, hmacKey, memoryReplayStore', budget: 31.5 },
  { use: 'verifying licenses', names: 'verifyLicense', from: 'countersign/license', budget: 9 },
  { use: 'JavaScript cryptography, more', names: '*', from: './dist/parts/javascript.js', budget: 12 },
];

/** As an application uses it: what it imports is its own affair, and exported to nobody. */
function application({ names, from = 'countersign' }: Budget): string {
  return names === '*'
    ? `import * as all from '${from}'; globalThis.app = all;`
    : `import { ${names} } from '${from}'; globalThis.app = [${names}];`;
}

async function measure(budget: Budget): Promise<readonly number[]> {
  // What is imported on demand, and by nobody else.
  const options = { folder: root, external: /^\.\/javascript\.js$/ };
  const bundled = Object.values(bundlers).map((bundle) => bundle(application(budget), options));
  return (await Promise.all(bundled)).map((code) => gzipSync(code, { level: 9 }).length / KIB);
}

const row = (use: string, ...cells: readonly string[]): string => use.padEnd(30) + cells.map((cell) => cell.padStart(10)).join('');

console.log(row('KiB, minified and gzipped', ...Object.keys(bundlers), 'at most'));
for (const budget of budgets) {
  const sizes = await measure(budget);
  const fits = Math.max(...sizes) <= budget.budget;
  console.log(row(budget.use, ...sizes.map((size) => size.toFixed(2)), budget.budget.toFixed(1), fits ? 'ok' : 'OVER'));
  if (!fits) process.exitCode = 1;
}
