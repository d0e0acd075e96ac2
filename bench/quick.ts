/**
 * `npm run bench:quick`: the goals of speed and memory, measured in about a minute. Exits non-zero if one is missed.
 *
 * `--check` is for shared machines: limits are 25 % wider, and a scenario that misses one is run once more.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type Goal, median, ratio, runScenario, type Scenario, type Timing } from './harness.ts';
import { scenario as apiKeys } from './scenarios/api-keys.ts';
import { scenario as ed25519 } from './scenarios/ed25519.ts';
import { scenario as hmac } from './scenarios/hmac.ts';
import { scenario as hmacSecrets } from './scenarios/hmac-secrets.ts';
import { scenarios as json } from './scenarios/json.ts';
import { bytesPerNonce, LIMIT } from './scenarios/store-memory.ts';

/** Memory is measured after collection; and who collects with several threads waits, on a busy machine, for the neighbours. */
const FLAGS = ['--expose-gc', '--single-threaded-gc'];
if (!FLAGS.every((flag) => process.execArgv.includes(flag))) {
  const { status } = spawnSync(process.execPath, [...FLAGS, ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const slack = values.check ? 1.25 : 1;

function duration(nanoseconds: number): string {
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(1)} us`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

function printTimings(title: string, timings: readonly Timing[]): void {
  const first = timings[0]!.name;
  console.log(`\n${title}`);
  for (const { name, samples } of timings) {
    const times = `${ratio(timings, name, first).toFixed(2)} x`;
    console.log(`  ${name.padEnd(32)}${duration(median(samples)).padStart(12)}${times.padStart(12)}`);
  }
}

/** Whether the goal is met; prints the answer. */
function judge(timings: readonly Timing[], { subject, than, limit }: Goal): boolean {
  const measured = ratio(timings, subject, than);
  const met = measured <= limit * slack;
  // Below one, the reciprocal says it better.
  const [value, goal] =
    limit < 1
      ? [`${(1 / measured).toFixed(2)} x faster than`, `at least ${(1 / limit).toFixed(1)}`]
      : [`${measured.toFixed(2)} x`, `at most ${limit}`];
  console.log(`  ${met ? 'ok    ' : 'MISSED'} ${subject}: ${value} ${than} (${goal})`);
  return met;
}

async function attempt(scenario: Scenario): Promise<boolean> {
  const timings = await runScenario(scenario);
  printTimings(scenario.title, timings);
  return scenario.goals.map((goal) => judge(timings, goal)).every(Boolean);
}

async function attemptMemory(): Promise<boolean> {
  console.log('\nmemoryReplayStore, 1,000,000 nonces');
  let met = true;
  for (const keys of ['one', 'many'] as const) {
    const bytes = await bytesPerNonce(keys);
    const within = bytes <= LIMIT * slack;
    console.log(
      `  ${within ? 'ok    ' : 'MISSED'} ${bytes.toFixed(1)} bytes a nonce (at most ${LIMIT}), of ${keys === 'one' ? 'one key' : 'as many keys'}`,
    );
    met &&= within;
  }
  return met;
}

console.log(`Node ${process.versions.node}; times are medians, ratios medians of per-round ratios`);
let met = await attemptMemory();
for (const scenario of [await hmac(), hmacSecrets(), await apiKeys(), await ed25519(), ...json()]) {
  let passed = await attempt(scenario);
  if (!passed && values.check) {
    console.log('  once more:');
    passed = await attempt(scenario);
  }
  met &&= passed;
}
process.exitCode = met ? 0 : 1;
