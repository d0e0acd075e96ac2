/**
 * An interleaved benchmark: every round runs a slice of every alternative, in an order shuffled anew, so that noise from
 * neighbours hits all alike. What counts is the median of the per-round ratios, which varies less than any time does.
 *
 * No alternative is timed before it has proved itself: it must give the right result, and notice a tampered input.
 */

/** One way to do the work. */
export interface Alternative {
  readonly name: string;
  /** Does the work once; `index` differs at every call, so that nothing is cached by accident. */
  run(index: number): unknown;
  /** Throws unless `run` does what it should. */
  check(): Promise<void>;
}

/** What the numbers must show: `subject` takes at most `limit` times as long as `than`. */
export interface Goal {
  readonly subject: string;
  readonly than: string;
  readonly limit: number;
}

/** Alternatives that do the same work. The first is what the others are compared with. */
export interface Scenario {
  readonly title: string;
  readonly alternatives: readonly Alternative[];
  readonly goals: readonly Goal[];
  /** Rounds and milliseconds a slice; work that takes longer than a slice is done once a round. */
  readonly rounds?: number;
  readonly sliceMs?: number;
}

/** The time of one alternative, of every round. */
export interface Timing {
  readonly name: string;
  /** Nanoseconds a run, one a round. */
  readonly samples: readonly number[];
}

interface Runner extends Alternative {
  readonly samples: number[];
  runs: number;
  next: number;
}

/** What `keep` made of the results. */
const sink = { value: 0 };

/** Keeps a result, so that no engine optimises the work away. */
function keep(value: unknown): void {
  sink.value ^= typeof value === 'string' ? value.length : value ? 1 : 0;
}

async function measure(runner: Runner, runs: number): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < runs; count++) {
    const result = runner.run(runner.next++);
    // What answers at once is not made to wait.
    keep(result instanceof Promise ? await result : result);
  }
  return performance.now() - start;
}

const WARM_UP_SLICES = 40;

/** Runs until the engine has optimised the code; then chooses how many runs fill a slice. */
async function warmUp(runner: Runner, sliceMs: number): Promise<void> {
  let runs = 1;
  for (let spent = 0; ; ) {
    const time = await measure(runner, runs);
    spent += time;
    if (spent > WARM_UP_SLICES * sliceMs) {
      runner.runs = Math.max(1, Math.round((runs * sliceMs) / Math.max(time, 0.001)));
      return;
    }
    if (time < sliceMs) runs *= 2;
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  return order;
}

/** Checks and times every alternative of a scenario. */
export async function runScenario({ alternatives, rounds = 31, sliceMs = 20 }: Scenario): Promise<readonly Timing[]> {
  const runners: readonly Runner[] = alternatives.map((one) => ({
    name: one.name,
    run: (index) => one.run(index),
    check: () => one.check(),
    samples: [],
    runs: 1,
    next: 0,
  }));
  for (const runner of runners) await runner.check();
  for (const runner of shuffled(runners)) await warmUp(runner, sliceMs);
  for (let round = 0; round < rounds; round++) {
    for (const runner of shuffled(runners)) runner.samples.push(((await measure(runner, runner.runs)) * 1e6) / runner.runs);
  }
  return runners;
}

/** The median. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** How many times as long as `than` the subject takes: the median of the rounds' ratios. */
export function ratio(timings: readonly Timing[], subject: string, than: string): number {
  const samplesOf = (name: string) => timings.find((timing) => timing.name === name)!.samples;
  const others = samplesOf(than);
  return median(samplesOf(subject).map((sample, round) => sample / others[round]!));
}
