/**
 * What a run of one runtime amounts to, counted.
 *
 * @module
 */

import type { CrossConfig, SuiteResult } from '../suite/config.ts';
import type { Relay, Score } from './relay.ts';
import type { Runtime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** One row of the matrix. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly seconds: number;
  readonly result: SuiteResult | undefined;
  /** By server. */
  readonly scores: ReadonlyMap<string, Score>;
  readonly passed: number;
  /** What went wrong, one line each. */
  readonly failures: readonly string[];
}

/** Runs one runtime and counts. */
export async function runRuntime(
  runtime: Runtime,
  run: () => Promise<SuiteResult>,
  cross: CrossConfig,
  expected: string,
  relay: Relay,
  servers: Servers,
): Promise<Row> {
  const start = performance.now();
  const version = (await runtime.version()) ?? 'missing';
  let result: SuiteResult | undefined;
  const failures: string[] = [];
  let passed = 0;
  const count = (problems: readonly string[]): void => {
    failures.push(...problems);
    if (problems.length === 0) passed++;
  };
  try {
    result = await run();
  } catch (error) {
    failures.push(`did not run: ${error instanceof Error ? error.message : String(error)}`);
  }
  const scores = relay.scores.get(runtime.name) ?? new Map<string, Score>();
  if (result !== undefined) {
    for (const { name, error } of result.tests) count(error === undefined ? [] : [`${name}: ${error}`]);
    count(
      result.verdicts.native === expected && result.verdicts.javascript === expected ? [] : ['the verdict string is not what it has to be'],
    );
    for (const name of Object.keys(servers.origins)) count(judgeServer(name, result, scores.get(name), cross));
    count(result.cross?.problems ?? ['sent nothing']);
  }
  return {
    name: runtime.name,
    title: runtime.title,
    version,
    seconds: (performance.now() - start) / 1000,
    result,
    scores,
    passed,
    failures,
  };
}

/** One server's judgement of what one runtime signed. */
function judgeServer(name: string, { cross }: SuiteResult, score: Score | undefined, { count, direct }: CrossConfig): readonly string[] {
  if (score === undefined || cross === undefined) return [`${name}: saw nothing`];
  const straight = cross.accepted[name] ?? 0;
  return [
    ...(score.honest !== count ? [`${name}: ${score.honest} of ${count} honest requests arrived`] : []),
    ...(score.honestRefused > 0 ? [`${name}: ${score.honestRefused} honest requests refused`] : []),
    ...(score.tampered === 0 || score.tamperedAccepted > 0
      ? [`${name}: ${score.tamperedAccepted} of ${score.tampered} tampered requests accepted`]
      : []),
    ...(score.replayedAccepted > 0 ? [`${name}: ${score.replayedAccepted} replayed requests accepted`] : []),
    ...(straight !== direct ? [`${name}: ${straight} of ${direct} requests accepted without the relay`] : []),
  ];
}
