/**
 * What a stage of `npm test` counts.
 *
 * @module
 */

import { readFileSync } from 'node:fs';

/** Tests that passed, failed and were skipped. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A stage that is one check counts as one test. */
export function single(ok: boolean): Outcome {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** The sum of several outcomes. */
export function sum(outcomes: readonly Outcome[]): Outcome {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of outcomes) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** A program that ends with `N passed, N failed` is counted by that line; any other is one test. */
export function fromOutput(ok: boolean, output: string): Outcome {
  const counts = /(?:^|\n)(\d+) passed, (\d+) failed\s*$/.exec(output);
  if (counts === null) return single(ok);
  return believable(ok, { passed: Number(counts[1]), failed: Number(counts[2]), skipped: 0 });
}

interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The counts of vitest's JSON reporter. A file that could not be loaded has no tests: it counts as one that failed. */
export function fromVitest(ok: boolean, reportFile: string): Outcome {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
  } catch {
    return single(false);
  }
  const files = report.testResults.map(({ status, assertionResults }) => {
    const count = (wanted: string): number => assertionResults.filter((test) => test.status === wanted).length;
    const counted = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') + count('pending') + count('todo') };
    return believable(status === 'passed', counted);
  });
  return believable(ok, sum(files));
}

/** What ended badly has at least one failure, whatever it counted. */
function believable(ok: boolean, outcome: Outcome): Outcome {
  return ok || outcome.failed > 0 ? outcome : { ...outcome, failed: 1 };
}
