/**
 * Real nginx, Caddy and HAProxy, with the configuration files that the documents print: the addresses are others here, and so is where nginx may
 * write.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const examples = resolve(import.meta.dirname, '../../../examples');

/** The secret of the gateways here. */
export const GATEWAY_SECRET = 'known to the gateways alone';

/** What the printed files name, and what stands for it here. */
export interface Ports {
  readonly backend: number;
  /** Where there is a verifier. */
  readonly verifier?: number | undefined;
}

/** A proxy that runs. */
export interface RunningProxy {
  readonly port: number;
  /** What it has written. */
  log(): string;
  close(): Promise<void>;
}

/** How each is started in a folder, by its configuration file. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'nginx.conf': ['/usr/sbin/nginx', '-p', '.', '-e', 'error.log', '-g', 'daemon off; pid nginx.pid;', '-c'],
  'njs.conf': ['/usr/sbin/nginx', '-p', '.', '-e', 'error.log', '-g', 'daemon off; pid nginx.pid;', '-c'],
  Caddyfile: ['/usr/bin/caddy', 'run', '--adapter', 'caddyfile', '--config'],
  'haproxy.cfg': ['/usr/sbin/haproxy', '-db', '-f'],
};

const NGINX_MODULES = '/usr/lib/nginx/modules';

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((settle) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => settle(port));
    });
  });
}

/** Starts what a configuration file describes, as the folder of examples has it; `change` is what a test does to a file. */
export async function startProxy(
  file: `${'gateways' | 'proxies'}/${string}`,
  { backend, verifier }: Ports,
  change: (text: string, file: string) => string = (text) => text,
): Promise<RunningProxy> {
  const [folder = '', config = ''] = file.split('/');
  const home = mkdtempSync(join(tmpdir(), 'countersign-proxy-'));
  const port = await freePort();
  // nginx works as another user than it is started by.
  chmodSync(home, 0o755);
  cpSync(join(examples, folder), home, { recursive: true });
  const addresses = new Map([
    ['127.0.0.1:8080', `127.0.0.1:${port}`],
    ['127.0.0.1:3000', `127.0.0.1:${backend}`],
    ['127.0.0.1:9421', `127.0.0.1:${verifier}`],
  ]);
  for (const name of readdirSync(home).filter((one) => /\.(conf|cfg|lua|js)$|^Caddyfile$/.test(one))) {
    const text = readFileSync(join(home, name), 'utf8').replace(/127\.0\.0\.1:\d+/g, (address) => addresses.get(address)!);
    writeFileSync(join(home, name), change(writable(text, name, home), name));
  }
  writeFileSync(join(home, 'gateway-secret.conf'), `proxy_set_header X-Gateway-Secret "${GATEWAY_SECRET}";\n`);
  if (existsSync(NGINX_MODULES)) symlinkSync(NGINX_MODULES, join(home, 'modules'));
  return run(home, config, port);
}

/** Nobody else's folders, and nobody else's administration port. */
function writable(text: string, name: string, home: string): string {
  if (name === 'Caddyfile') return `{\n\tadmin off\n}\n${text}`;
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${join(home, kind)};`);
  return name.endsWith('.conf') ? text.replace('http {', `http { access_log off; ${kinds.join(' ')}`) : text;
}

async function run(home: string, config: string, port: number): Promise<RunningProxy> {
  const [program = '', ...args] = PROGRAMS[config]!;
  const env = { ...process.env, GATEWAY_SECRET, XDG_DATA_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') };
  mkdirSync(join(home, 'logs'));
  const child = spawn(program, [...args, config], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise<void>((settle) => {
    child.once('error', (error) => settle(void said.push(error.message)));
    child.once('exit', () => settle());
  });
  const log = (): string => said.join('') + (existsSync(join(home, 'error.log')) ? readFileSync(join(home, 'error.log'), 'utf8') : '');
  await listening(port, child, log);
  return {
    port,
    log,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`${child.spawnfile} ended: ${log()}`);
    if (await answers(port)) return;
    await new Promise((settle) => setTimeout(settle, 50));
  }
  throw new Error(`${child.spawnfile} does not listen: ${log()}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', () => settle(false));
  });
}
