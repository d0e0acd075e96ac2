/**
 * The runtime matrix: the one suite in every runtime, and requests signed in each, verified in each that is for servers.
 *
 *   node test/runtime/run.ts                    all of them
 *   node test/runtime/run.ts node-20 chromium   some
 *     --json file      the counts as one line of JSON
 *     --package dir    another package than the one in `dist`
 *
 * @module
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { installRuntimes } from './install.ts';
import { startCarriers } from './rig/carriers.ts';
import { startRecorder } from './rig/recorder.ts';
import { startRelay } from './rig/relay.ts';
import { describeRows, printMatrix, writeReference } from './rig/report.ts';
import type { Runtime } from './rig/runtime.ts';
import { startServers } from './rig/servers.ts';
import { stageSuite } from './rig/stage.ts';
import { bundleVectors } from './rig/vectors.ts';
import { type Row, runRuntime } from './rig/verdict.ts';
import { runtimes as all } from './runtimes/all.ts';
import type { CrossConfig } from './suite/config.ts';

/** Every run sends the same requests. */
const CROSS = { seed: 9421, count: 200, direct: 10 } as const;

/** What a run came to. */
export interface MatrixSummary {
  readonly passed: number;
  readonly failed: number;
  /** Runtimes that are not to be had here. */
  readonly missing: readonly string[];
  readonly runtimes: readonly {
    readonly name: string;
    readonly version: string;
    readonly passed: number;
    readonly failed: number;
    readonly seconds: number;
  }[];
}

function choose(names: readonly string[]): readonly Runtime[] {
  const unknown = names.filter((name) => !all.some((runtime) => runtime.name === name));
  if (unknown.length > 0) throw new RangeError(`no runtime ${unknown}; there are ${all.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Runs the runtimes of these names, or all of them, and prints what they did. */
export async function runMatrix(names: readonly string[], packageFolder?: string): Promise<MatrixSummary> {
  const chosen = choose(names);
  const missing = await installRuntimes(chosen);
  for (const { title } of missing) console.log(`MISSING: ${title}`);
  const bundle = await stageSuite(packageFolder);
  const relay = await startRelay();
  const servers = await startServers(all, bundle, relay.authorities);
  relay.servers = servers.origins;
  const [home, away] = [await startRecorder(), await startRecorder()];
  const carriers = await startCarriers(bundle);
  const client = { home: home.origin, away: away.origin, verifier: Object.values(servers.origins)[0]! };
  const cross: CrossConfig = { ...CROSS, relays: relay.origins, servers: servers.origins };
  const { ed25519, hostile } = bundleVectors();
  const expected = [...ed25519, ...hostile].map(({ valid }) => (valid ? '1' : '0')).join('');
  const rows: Row[] = [];
  try {
    for (const runtime of chosen.filter((one) => !missing.includes(one))) {
      const row = await runRuntime(
        runtime,
        () => runtime.run(bundle, { runtime: runtime.name, cross, client, carriers: carriers.origin }),
        cross,
        expected,
        relay,
        servers,
      );
      rows.push(row);
      console.log(describeRows([row], servers));
    }
  } finally {
    await Promise.all([servers.close(), carriers.close()]);
    for (const helper of [relay, home, away]) helper.close();
  }
  printMatrix(rows, servers, relay);
  const summary = summarize(rows, missing);
  if (summary.failed === 0 && rows.length === all.length) writeReference(rows, servers, relay);
  return summary;
}

function summarize(rows: readonly Row[], missing: readonly Runtime[]): MatrixSummary {
  // A machine of somebody's own need not have every runtime; the one that guards the main branch must.
  const lacking = process.env['CI'] ? missing.length : 0;
  return {
    passed: rows.reduce((total, { passed }) => total + passed, 0),
    failed: rows.reduce((total, { failures }) => total + failures.length, lacking),
    missing: missing.map(({ name }) => name),
    runtimes: rows.map(({ name, version, passed, failures, seconds }) => ({ name, version, passed, failed: failures.length, seconds })),
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({ options: { json: { type: 'string' }, package: { type: 'string' } }, allowPositionals: true });
  const summary = await runMatrix(positionals, values.package);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summary)}\n`);
  console.log(`\n${summary.passed} passed, ${summary.failed} failed`);
  process.exit(summary.failed === 0 ? 0 : 1);
}
