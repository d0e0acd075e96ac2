/**
 * A project with the installed package and every example of the documentation, one module each.
 *
 * @module
 */

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Fence, moduleName, toModule } from './fences.ts';

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable'],
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
};

/** Clients that docs/guides/clients.md shows, and what else a guide imports. */
const CLIENTS = ['axios', 'graphql-request', 'hono', 'ky', 'ofetch', 'openapi-fetch', 'undici'];

/** Clients of databases, as providers bring them. */
const DATABASES = ['ioredis', 'pg', '@types/pg'];

/** Libraries of metrics that docs/guides/observe-it.md uses. */
const METRICS = ['@opentelemetry/api', '@opentelemetry/sdk-metrics', 'prom-client'];

/** Packages whose signatures docs/guides/accept-signatures-of-others.md accepts. */
const SIGNERS = ['@fedify/fedify', '@hellocoop/httpsig', '@interledger/http-signature-utils', 'web-bot-auth'];

/**
 * Makes the project. Types that examples need come from `tools`, other people's clients from `root`, frameworks from `test/frameworks`; the library
 * from `consumer`.
 */
export function makeProject(folder: string, consumer: string, tools: string, root: string, fences: readonly Fence[]): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(consumer, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  linkPackages(join(tools, 'node_modules'), join(folder, 'node_modules'));
  for (const name of [...CLIENTS, ...DATABASES, ...SIGNERS, ...METRICS]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(root, 'node_modules', name), link);
  }
  linkPackages(join(root, 'test/frameworks/node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  for (const fence of fences) writeFileSync(join(folder, `${moduleName(fence)}.ts`), toModule(fence));
}

function linkPackages(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue;
    if (name.startsWith('@')) {
      mkdirSync(join(to, name), { recursive: true });
      linkPackages(join(from, name), join(to, name));
    } else if (!existsSync(join(to, name))) symlinkSync(join(from, name), join(to, name));
  }
}

/** What the compiler says, by module. */
export async function typeErrors(folder: string, compiler: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const errors = new Map<string, string[]>();
  const { stdout } = await run(folder, compiler, '-p', '.', '--pretty', 'false');
  for (const line of stdout.split('\n')) {
    const name = /^(.+?)\.ts\(\d+,/.exec(line)?.[1];
    if (name !== undefined) errors.set(name, [...(errors.get(name) ?? []), line]);
  }
  return errors;
}

/** Runs a script of the project with the Node of the tests. */
export async function run(
  folder: string,
  ...args: readonly string[]
): Promise<{ readonly failed: boolean; readonly stdout: string; readonly stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', ...args], { cwd: folder, timeout: 100_000 });
    return { failed: false, stdout, stderr };
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return { failed: true, stdout, stderr };
  }
}
