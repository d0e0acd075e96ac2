/** Real servers for tests: started on a free port, killed, started again, and gone with their data in the end. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that may be killed and started again. */
export interface TestServer {
  readonly port: number;
  readonly folder: string;
  /** Ends it at once, as a power cut of the process would. */
  kill(): Promise<void>;
  /** Starts it over the same data. */
  start(): Promise<void>;
  /** Ends it, and removes its data. */
  stop(): Promise<void>;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** The account that PostgreSQL runs as: it refuses root. */
function account(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Where Debian has the programs of PostgreSQL; the newest. */
export function postgresPrograms(): string | undefined {
  const folder = '/usr/lib/postgresql';
  if (!existsSync(folder)) return undefined;
  const newest = readdirSync(folder).sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? undefined : join(folder, newest, 'bin');
}

export const REDIS = '/usr/bin/redis-server';

function postgresProgram(name: string): string {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('PostgreSQL is missing: install the package postgresql');
  return join(programs, name);
}

/** A folder that the account of PostgreSQL may use. */
export function postgresFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pg-'));
  const { uid, gid } = account();
  if (uid !== undefined) execFileSync('chown', [`${uid}:${gid}`, folder]);
  return folder;
}

/** Runs a program of PostgreSQL. */
export function runPostgres(name: string, args: readonly string[]): string {
  return execFileSync(postgresProgram(name), args, { ...account(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], cwd: tmpdir() });
}

interface PostgresOptions {
  /** Data that is there already, a base backup. */
  readonly folder?: string;
  readonly settings?: readonly string[];
}

/** Starts PostgreSQL. Nothing waits for the disk: what is killed is the process, not the machine. */
export async function startPostgres({ folder = postgresFolder(), settings = [] }: PostgresOptions = {}): Promise<TestServer> {
  const data = join(folder, 'data');
  if (!existsSync(data))
    runPostgres('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']);
  const port = await freePort();
  const fixed = [`port=${port}`, `unix_socket_directories=${folder}`, 'listen_addresses=127.0.0.1', 'fsync=off', 'max_connections=120'];
  const args = ['-D', data, ...[...fixed, ...settings].flatMap((setting) => ['-c', setting])];
  const ready = () => {
    try {
      runPostgres('pg_isready', ['-h', '127.0.0.1', '-p', String(port), '-q']);
      return true;
    } catch {
      return false;
    }
  };
  return serve(() => spawn(postgresProgram('postgres'), args, { ...account(), stdio: 'ignore', cwd: folder }), ready, port, folder);
}

interface RedisOptions {
  readonly args?: readonly string[];
  readonly folder?: string;
}

/** Starts Redis, by default without persistence. */
export async function startRedis({ args = ['--save', '', '--appendonly', 'no'], folder }: RedisOptions = {}): Promise<TestServer> {
  if (!existsSync(REDIS)) throw new Error('Redis is missing: install the package redis-server');
  const data = folder ?? mkdtempSync(join(tmpdir(), 'countersign-redis-'));
  const port = await freePort();
  const all = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--daemonize', 'no', ...args];
  const ready = () => {
    try {
      return (
        execFileSync('/usr/bin/redis-cli', ['-p', String(port), 'ping'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }).trim() === 'PONG'
      );
    } catch {
      return false;
    }
  };
  return serve(() => spawn(REDIS, all, { stdio: 'ignore', cwd: data }), ready, port, data);
}

/** Several Redis that are one cluster: each has its part of the slots. */
export async function startRedisCluster(nodes: number): Promise<readonly TestServer[]> {
  const args = ['--save', '', '--appendonly', 'no', '--cluster-enabled', 'yes'];
  const servers = await Promise.all(Array.from({ length: nodes }, () => startRedis({ args })));
  const cli = (port: number, ...command: readonly string[]) =>
    execFileSync('/usr/bin/redis-cli', ['-p', String(port), ...command], { encoding: 'utf8' });
  const share = Math.ceil(SLOTS / nodes);
  for (const [index, { port }] of servers.entries()) {
    cli(port, 'CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(Math.min((index + 1) * share, SLOTS) - 1));
    if (index > 0) cli(servers[0]!.port, 'CLUSTER', 'MEET', '127.0.0.1', String(port));
  }
  for (const { port } of servers)
    for (let turn = 0; turn < 200 && !cli(port, 'CLUSTER', 'INFO').includes('cluster_state:ok'); turn++) await sleep(50);
  return servers;
}

/** Of a cluster. */
const SLOTS = 16_384;

async function serve(launch: () => ChildProcess, ready: () => boolean, port: number, folder: string): Promise<TestServer> {
  let child: ChildProcess | undefined;
  const start = async () => {
    child = launch();
    for (let turn = 0; turn < 300; turn++) {
      if (ready()) return;
      await sleep(50);
    }
    throw new Error('the server did not start');
  };
  const kill = async () => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  const stop = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  await start();
  return { port, folder, kill, start, stop };
}
