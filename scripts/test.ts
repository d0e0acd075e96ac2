/**
 * `npm test`: everything that must hold, in stages, each timed. Ends with `N passed, N failed`.
 *
 *   npm test                      all of it
 *   npm test -- unit package      only these stages, and what they need
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { type Outcome, single, sum } from './outcome.ts';
import { type Stage, stages } from './stages.ts';

interface Result {
  readonly title: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** The stages that were asked for, and those they need, in order. */
function chosenStages(names: readonly string[]): readonly Stage[] {
  if (names.length === 0) return stages;
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const stage = stages.find((candidate) => candidate.name === name);
    if (stage === undefined) throw new RangeError(`no stage ${name}; there are ${stages.map((each) => each.name).join(', ')}`);
    wanted.add(name);
    stage.needs?.forEach(want);
  };
  names.forEach(want);
  return stages.filter(({ name }) => wanted.has(name));
}

async function runStage({ name, title, needs = [], run }: Stage, failed: ReadonlySet<string>): Promise<Result> {
  console.log(`\n── ${name}: ${title}`);
  const start = performance.now();
  const missing = needs.filter((need) => failed.has(need));
  if (missing.length > 0) console.log(`not run: ${missing.join(', ')} failed`);
  const outcome = missing.length > 0 ? single(false) : await run();
  const seconds = (performance.now() - start) / 1000;
  console.log(`── ${name}: ${counts(outcome)}, ${seconds.toFixed(1)} s`);
  return { title: name, outcome, seconds };
}

function counts({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function printSummary(results: readonly Result[]): void {
  console.log('\nstage        passed   failed  skipped      time');
  for (const { title, outcome, seconds } of results) {
    const cells = [outcome.passed, outcome.failed, outcome.skipped].map((count) => String(count).padStart(9)).join('');
    console.log(`${title.padEnd(10)}${cells}${`${seconds.toFixed(1)} s`.padStart(10)}`);
  }
}

const { positionals } = parseArgs({ allowPositionals: true });
const npm = execFileSync('npm', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
console.log(`Node ${process.version}, npm ${npm}, ${process.platform} ${process.arch} ${release()}${process.env['CI'] ? ', CI' : ''}`);
const failed = new Set<string>();
const results: Result[] = [];
for (const stage of chosenStages(positionals)) {
  const result = await runStage(stage, failed);
  if (result.outcome.failed > 0) failed.add(stage.name);
  results.push(result);
}
printSummary(results);
const total = sum(results.map(({ outcome }) => outcome));
if (total.failed > 0) process.exitCode = 1;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
