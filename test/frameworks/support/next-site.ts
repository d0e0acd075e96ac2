/** A site of Next.js, built and served as its users do, with the built package installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';

const here = join(import.meta.dirname, '..');
const root = join(here, '../..');

/** A version of Next, and how it serves. */
export interface NextSite {
  readonly major: 15 | 16;
  readonly mode: 'start' | 'dev';
  /** Where the middleware of Next 15 runs; the proxy of Next 16 runs on Node. Default: `nodejs`. */
  readonly middleware?: 'nodejs' | 'edge';
  /** A `basePath`, with `trailingSlash: true`. Default: neither. */
  readonly basePath?: string;
}

/** The modules of the site: what is installed for this version, and the package as it was built. */
function makeSite({ major, mode, middleware = 'nodejs', basePath = '' }: NextSite): string {
  const site = join(here, `next-${major}`, '.cache', `site-${mode}-${middleware}${basePath.replace('/', '-')}`);
  rmSync(site, { recursive: true, force: true });
  cpSync(join(here, 'next-site'), site, { recursive: true });
  if (major === 15) nameMiddleware(site, middleware);
  const installed = join(site, 'node_modules', 'countersign');
  mkdirSync(installed, { recursive: true });
  if (!existsSync(join(root, 'dist', 'next.js'))) throw new Error('there is no dist: run npm run build first');
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  cpSync(join(root, 'node_modules/@noble'), join(site, 'node_modules/@noble'), { recursive: true });
  return site;
}

/** The proxy's name before Next 16, where it runs on the edge runtime unless it is told to run on Node. */
function nameMiddleware(site: string, runtime: string): void {
  const proxy = join(site, 'proxy.js');
  const code = readFileSync(proxy, 'utf8')
    .replace('export const proxy', 'export const middleware')
    .replace('matcher:', runtime === 'nodejs' ? "runtime: 'nodejs', matcher:" : 'matcher:');
  writeFileSync(join(site, 'middleware.js'), code);
  rmSync(proxy);
}

const running: ChildProcess[] = [];

const opened = new Map<string, Promise<string>>();

/** Builds the site if it must be, serves it, and answers where. Of one kind there is one. */
export function openSite(which: NextSite): Promise<string> {
  const name = JSON.stringify(which);
  const site = opened.get(name) ?? startSite(which);
  opened.set(name, site);
  return site;
}

async function startSite(which: NextSite): Promise<string> {
  const site = makeSite(which);
  if (which.mode === 'start') await build(site, which);
  const port = await freePort();
  const child = next(site, which, [which.mode, '-p', String(port), '-H', '127.0.0.1']);
  running.push(child);
  const url = `http://127.0.0.1:${port}${which.basePath ?? ''}`;
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`next ${which.mode} ended with ${child.exitCode}`);
    if (
      await fetch(`${url}/api/coins`).then(
        () => true,
        () => false,
      )
    )
      return url;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`next ${which.mode} does not answer`);
}

export function closeSites(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL');
}

function next(site: string, { major, basePath }: NextSite, args: readonly string[]): ChildProcess {
  const program = join(here, `next-${major}`, 'node_modules/next/dist/bin/next');
  const mounted = basePath === undefined ? {} : { BASE_PATH: basePath, TRAILING_SLASH: 'true' };
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NEXT_MAJOR: String(major), NODE_ENV: undefined, ...mounted };
  return spawn(process.execPath, [program, ...args], {
    cwd: site,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: env as unknown as NodeJS.ProcessEnv,
  });
}

async function build(site: string, which: NextSite): Promise<void> {
  const child = next(site, which, ['build']);
  let output = '';
  child.stdout!.on('data', (text) => {
    output += text;
  });
  child.stderr!.on('data', (text) => {
    output += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`next build failed:\n${output}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
