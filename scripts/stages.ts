/**
 * The stages of `npm test`, in order: one line each, as far as that goes.
 *
 * @module
 */

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSystemPackages, missingFor } from './debian.ts';
import { ensureInstalled } from './install.ts';
import { fromOutput, fromVitest, type Outcome, single, sum } from './outcome.ts';
import { type CommandOptions, root, runCommand } from './run-command.ts';

/** One stage. */
export interface Stage {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** Stages that must have passed before. */
  readonly needs?: readonly string[] | undefined;
  run(): Promise<Outcome>;
}

const MATRIX = 'test/runtime/run.ts';
const LANGUAGES = 'test/languages/run.ts';
const FRAMEWORKS = ['test/frameworks', 'test/frameworks/next-15', 'test/frameworks/next-16'];
const BENCH = 'bench/quick.ts';

const isThere = (file: string): boolean => existsSync(join(root, file));

/** Runs each command line, one test each. */
async function check(...commands: readonly string[]): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const command of commands) outcomes.push(single((await run(command)).ok));
  return sum(outcomes);
}

function run(command: string, options?: CommandOptions): ReturnType<typeof runCommand> {
  const [program = '', ...args] = command.split(' ');
  return runCommand(program, args, options);
}

/** A project of vitest.config.ts, its random cases in full. */
async function vitest(project: string): Promise<Outcome> {
  const report = join(root, '.cache', 'test', `${project}.json`);
  mkdirSync(join(root, '.cache', 'test'), { recursive: true });
  const command = `vitest run --project ${project} --reporter=default --reporter=json --outputFile.json=${report}`;
  const { ok } = await run(command, { live: true, minutes: 20, env: { COUNTERSIGN_ROUNDS: 'full' } });
  return fromVitest(ok, report);
}

/** What is missing on somebody's own machine is told; on CI it is a failure. */
async function system(): Promise<Outcome> {
  const complete = await ensureSystemPackages();
  return complete || process.env['CI'] ? single(complete) : sum([]);
}

async function installs(): Promise<Outcome> {
  const folders = ['test/package', ...FRAMEWORKS, 'test/runtime'].filter((folder) => isThere(`${folder}/package-lock.json`));
  const outcomes: Outcome[] = [];
  for (const folder of folders) outcomes.push(single(await ensureInstalled(folder)));
  return sum(outcomes);
}

/** Over real servers. Where one is missing it is told, and on CI a failure. */
async function overServers(project: 'stores' | 'gateways'): Promise<Outcome> {
  const missing = missingFor(project);
  if (missing.length === 0 || process.env['CI']) return vitest(project);
  console.log(`not run: install ${missing.join(', ')}`);
  return sum([]);
}

/** A suite of its own, which ends with its counts. */
async function suite(script: string, minutes: number): Promise<Outcome> {
  const { ok, output } = await run(`node ${script}`, { live: true, minutes });
  return fromOutput(ok, output);
}

/** Ratios on a busy machine: one bad round is not yet a regression. */
async function bench(): Promise<Outcome> {
  const command = `node ${BENCH} --check`;
  if ((await run(command, { live: true })).ok) return single(true);
  console.log('once more: the machine may have been busy');
  return single((await run(command, { live: true })).ok);
}

/** A stage whose script another part of the repository brings. */
const optional = (file: string, stage: Stage): readonly Stage[] => (isThere(file) ? [stage] : []);

export const stages: readonly Stage[] = [
  { name: 'system', title: 'system packages', run: system },
  { name: 'install', title: 'what only tests need', run: installs },
  {
    name: 'types',
    title: 'types',
    run: () => check('tsc -p tsconfig.json', 'tsc -p tsconfig.test.json', 'tsc -p test/runtime/tsconfig.json'),
  },
  { name: 'lint', title: 'lint and format', run: () => check('biome check --error-on-warnings .') },
  {
    name: 'rules',
    title: 'dependency direction, house rules, lock files',
    run: () =>
      check(
        'depcruise src --config .dependency-cruiser.cjs --output-type err-long',
        'node scripts/house-rules.ts',
        `node scripts/complete-lock.ts --check . test/package ${FRAMEWORKS.join(' ')} test/runtime`,
      ),
  },
  { name: 'unused', title: 'unused code and dependencies', run: () => check('knip') },
  { name: 'build', title: 'build', run: () => check('tsup --silent') },
  { name: 'publint', title: 'package manifest', needs: ['build'], run: () => check('publint --strict') },
  {
    name: 'attw',
    title: 'declarations as others resolve them',
    needs: ['build'],
    // It packs; what was built stands, so that `prepack` need not build it again.
    run: async () => single((await run('attw --pack . --profile esm-only', { env: { npm_config_ignore_scripts: 'true' } })).ok),
  },
  {
    name: 'size',
    title: 'size budgets',
    needs: ['build'],
    run: async () => single((await run('node scripts/size.ts', { live: true })).ok),
  },
  { name: 'unit', title: 'unit tests', run: () => vitest('unit') },
  {
    name: 'polluted',
    title: 'security and conformance, with Object.prototype polluted',
    run: () => vitest('polluted'),
  },
  { name: 'stores', title: 'stores over real servers', needs: ['system', 'install'], run: () => overServers('stores') },
  {
    name: 'package',
    title: 'the packed package, and the examples of the docs',
    needs: ['system', 'install', 'build'],
    run: () => vitest('package'),
  },
  {
    name: 'frameworks',
    title: 'the adapters, in their frameworks',
    needs: ['install', 'build'],
    run: () => vitest('frameworks'),
  },
  {
    name: 'gateways',
    title: 'behind real proxies and gateways',
    needs: ['system', 'install', 'build'],
    run: () => overServers('gateways'),
  },
  ...optional(MATRIX, {
    name: 'runtime',
    title: 'runtime matrix',
    needs: ['system', 'install', 'build'],
    run: () => suite(MATRIX, 40),
  }),
  ...optional(LANGUAGES, {
    name: 'languages',
    title: 'programs in other languages',
    needs: ['build'],
    run: () => suite(LANGUAGES, 15),
  }),
  ...optional(BENCH, { name: 'bench', title: 'speed', needs: ['build'], run: bench }),
];
