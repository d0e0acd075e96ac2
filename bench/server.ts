/**
 * `npm run bench:server`: what verifying costs a server: each adapter against the same server without it, in requests a second. The load is another
 * process. Exits non-zero if a goal is missed; `--smoke` only shows that it works. Words choose frameworks: `npm run bench:server -- express koa`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './harness.ts';
import type { LoadOrder, LoadResult } from './server/load.ts';

/** At least so many of the requests a second that the same server answers without verification. */
const GOALS: Readonly<Record<string, number | undefined>> = { node: 0.6, express: 0.8, fastify: 0.8, hono: undefined, koa: undefined };

const { values, positionals } = parseArgs({ options: { smoke: { type: 'boolean', default: false } }, allowPositionals: true });
const { rounds, requests } = values.smoke ? { rounds: 1, requests: 200 } : { rounds: 9, requests: 4000 };
const frameworks = Object.keys(GOALS).filter((name) => positionals.length === 0 || positionals.includes(name));

const children: ChildProcess[] = [];

function start(script: string, ...args: readonly string[]): ChildProcess {
  const child = fork(join(import.meta.dirname, 'server', script), [...args]);
  child.once('exit', (code) => {
    if (code) {
      console.error(`${script} ${args.join(' ')} ended with ${code}`);
      process.exit(1);
    }
  });
  children.push(child);
  return child;
}

async function answer<T>(child: ChildProcess, message?: object | string): Promise<T> {
  const answered = once(child, 'message') as Promise<[T]>;
  if (message !== undefined) child.send(message);
  return (await answered)[0];
}

/** A server under load: what was measured of it, one value a round. */
class Subject {
  readonly speeds: number[] = [];
  readonly latencies: number[] = [];
  readonly delays: number[] = [];
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  static async start(framework: string, mode: 'plain' | 'verified'): Promise<Subject> {
    const child = start('serve.ts', framework, mode);
    return new Subject(child, (await answer<{ readonly port: number }>(child)).port);
  }

  /** What it answers to one request. */
  async check(load: ChildProcess, isSigned: boolean, status: number): Promise<void> {
    await answer(load, { port: this.#port, requests: 1, connections: 1, isSigned, status } satisfies LoadOrder);
  }

  async warm(load: ChildProcess): Promise<void> {
    await this.#run(load);
  }

  async measure(load: ChildProcess): Promise<void> {
    this.#child.send('start');
    const { perSecond, latency } = await this.#run(load);
    const { delay } = await answer<{ readonly delay: number }>(this.#child, 'report');
    this.speeds.push(perSecond);
    this.latencies.push(latency);
    this.delays.push(delay);
  }

  stop(): void {
    this.#child.kill();
  }

  #run(load: ChildProcess): Promise<LoadResult> {
    return answer(load, { port: this.#port, requests, connections: 16, isSigned: true, status: 200 } satisfies LoadOrder);
  }
}

const row = (...cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(10) : cell.padStart(13))).join('');

async function compare(framework: string, load: ChildProcess): Promise<boolean> {
  const plain = await Subject.start(framework, 'plain');
  const verified = await Subject.start(framework, 'verified');
  await plain.check(load, false, 200);
  await verified.check(load, false, 401);
  if (!values.smoke) for (let round = 0; round < 2; round++) for (const one of [plain, verified]) await one.warm(load);
  for (let round = 0; round < rounds; round++) {
    // In turns, so that noise from neighbours hits both alike.
    for (const one of round % 2 === 0 ? [plain, verified] : [verified, plain]) await one.measure(load);
  }
  plain.stop();
  verified.stop();
  const ratio = median(verified.speeds.map((speed, round) => speed / plain.speeds[round]!));
  const goal = GOALS[framework];
  const isMet = goal === undefined || ratio >= goal;
  const pair = (name: 'latencies' | 'delays'): string => `${median(plain[name]).toFixed(1)} / ${median(verified[name]).toFixed(1)}`;
  console.log(
    row(
      framework,
      median(plain.speeds).toFixed(0),
      median(verified.speeds).toFixed(0),
      `${(100 * ratio).toFixed(0)} %`,
      goal === undefined ? '' : `${(100 * goal).toFixed(0)} %`,
      pair('latencies'),
      pair('delays'),
      isMet ? '' : 'MISSED',
    ),
  );
  return isMet;
}

console.log(row('', 'plain/s', 'verified/s', 'ratio', 'at least', 'p99 ms', 'loop p99 ms'));
const load = start('load.ts');
let allMet = true;
for (const framework of frameworks) allMet = (await compare(framework, load)) && allMet;
for (const child of children) child.kill();
if (!allMet && !values.smoke) process.exitCode = 1;
