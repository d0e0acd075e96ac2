/** docs/guides/the-command-line.md: each of its commands in an empty project with the packed package, and what it prints. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { root } from '../package/support/manifest.ts';
import { cleanEnvironment } from '../package/support/npm.ts';

const { consumer, scratch } = inject('packed');
const folder = join(scratch, 'command-line');
const page = readFileSync(join(root, 'docs/guides/the-command-line.md'), 'utf8');

interface Step {
  readonly command: string;
  /** Lines of both outputs, in which `…` is anything; `[1]` at the end is the exit code. */
  readonly expected: readonly string[];
}

const steps: readonly Step[] = [...page.matchAll(/^```sh run\n([\s\S]*?)^```$/gm)].flatMap(([, code]) =>
  code!
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...expected] = step.trimEnd().split('\n');
      return { command, expected };
    }),
);

let server: Server;
let signed = '';
let origin = '';

beforeAll(async () => {
  mkdirSync(folder);
  cpSync(join(consumer, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  // The bank of the guide: that signatures hold is what other tests are about.
  server = createServer((request, response) => {
    signed = String(request.headers['signature-input']);
    response.end('credited to jdoe\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as { readonly port: number }).port}`;
});

afterAll(() => void server.close());

/** One shell for all, as a reader has one: what is exported stays. */
async function runAll(commands: readonly string[]): Promise<readonly string[]> {
  const MARK = '~~~~';
  const script = commands.map((command) => `{ ${command}\n}; code=$?; [ $code -ne 0 ] && echo "[$code]"; echo '${MARK}'`).join('\n');
  const shell = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { ...cleanEnvironment(), npm_config_offline: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const output of [shell.stdout, shell.stderr]) output.on('data', (chunk) => (printed += chunk));
  await new Promise((resolve) => shell.on('close', resolve));
  return printed.split(`${MARK}\n`);
}

const pattern = (line: string): RegExp =>
  new RegExp(
    `^${line
      .split('…')
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.+?')}$`,
  );

describe('the guide to the command line', () => {
  it('shows what its commands print, in the order of the page', async () => {
    expect(steps.length).toBeGreaterThan(15);
    const sent = steps.map(({ command }) => (command.includes(' curl ') ? command.replace('https://bank.example', origin) : command));
    const printed = await runAll(sent.map((command) => `exec 2>&1; ${command}`));
    for (const [index, { command, expected }] of steps.entries()) {
      const lines = printed[index]!.trimEnd()
        .split('\n')
        .filter((line) => line !== '');
      expect([command, lines.length, lines]).toEqual([
        command,
        expected.length,
        expected.map((line) => expect.stringMatching(pattern(line))),
      ]);
    }
    expect(signed).toContain('keyid="bank_live_');
  });

  it('never shows a secret as an argument', () => {
    expect(page).not.toMatch(/--(secret|token|password)[ =]|_SECRET=[^/]/);
  });
});
