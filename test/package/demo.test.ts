/** The demo, run as a reader of the README runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readFlags } from '../../examples/demo/flags.ts';
import { root } from './support/manifest.ts';
import { cleanEnvironment } from './support/npm.ts';

const demo = (...flags: string[]) =>
  spawnSync(process.execPath, ['examples/demo/demo.ts', ...flags], { cwd: root, env: cleanEnvironment(), encoding: 'utf8' });
const scratch = mkdtempSync(join(root, '.cache-demo-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('npm run demo', () => {
  it('goes as printed and exits 0', () => {
    const { status, stdout } = demo();
    expect(stdout).toContain('nonce_replayed');
    expect(stdout).toContain('Every step went as printed.');
    expect(stdout).not.toContain('NOT');
    expect(status).toBe(0);
  });

  it('prints the transcript as data with --json', () => {
    const { status, stdout } = demo('--json');
    const { ok, steps } = JSON.parse(stdout) as { ok: boolean; steps: { title: string; detail: string; ok: boolean }[] };
    expect([status, ok]).toEqual([0, true]);
    expect(steps.map(({ detail }) => detail).join(' ')).toMatch(/nonce_replayed.*digest_mismatch.*signature_mismatch.*expired/);
    expect(steps.map(({ detail }) => detail).join(' ')).toMatch(/nonce_replayed.*signature_mismatch.*subject_mismatch.*audience_mismatch/);
    expect(steps.map(({ detail }) => detail).join(' ')).toMatch(
      /200 accepted 401, then 200 issued, issued, rotated, revoked .*credential_malformed/,
    );
    expect(steps.map(({ detail }) => detail).join(' ')).toMatch(/nothing credited.*balance 10.*401 nonce_replayed/);
    expect(steps.every((step) => step.ok)).toBe(true);
  });

  it('answers an unknown flag with what is wrong, usage and exit 2', () => {
    const { status, stdout, stderr } = demo('--wrong');
    expect(stderr).toContain("Unknown option '--wrong'");
    expect(stderr).toContain('usage:');
    expect(stderr).not.toContain('    at ');
    expect([status, stdout]).toEqual([2, '']);
  });

  it('says of a busy port which it is and how to choose another, and exits 1', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as AddressInfo;
    try {
      const { status, stdout, stderr } = demo('--serve', `--port=${port}`);
      expect(stderr).toContain(`Port ${port} is taken`);
      expect(stderr).toMatch(/npm run demo -- --serve --port \d+/);
      expect(stderr).not.toContain('    at ');
      expect([status, stdout]).toEqual([1, '']);
    } finally {
      other.close();
    }
  });

  it('keeps serving with --serve, and what it prints to paste works', async () => {
    const server = spawn(process.execPath, ['examples/demo/demo.ts', '--serve'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let printed = '';
      for await (const chunk of server.stdout) {
        printed += String(chunk);
        if (printed.includes('Ctrl+C')) break;
      }
      const program = /^import[\s\S]*?text\(\)\);$/m.exec(printed)?.[0] ?? '';
      const file = join(scratch, 'paste.mjs');
      writeFileSync(file, program);
      const { stdout } = spawnSync(process.execPath, [file], { cwd: root, encoding: 'utf8' });
      expect(stdout.trim()).toBe('200 {"credited":10,"balance":10}');
    } finally {
      server.kill();
    }
  });
});

describe('the flags of the demo', () => {
  it.each([
    [['--wrong'], "Unknown option '--wrong'"],
    [['extra'], "Unexpected argument 'extra'"],
    [['--json', '--serve'], '--json and --serve exclude each other'],
    [['--port', '8080'], '--port belongs to --serve'],
    ...['x', '-1', '65536', '1.5', '1e3', ''].map((port) => [['--serve', `--port=${port}`], '--port takes a number'] as const),
    [['--serve=yes'], "'--serve' does not take an argument"],
  ] as const)('%j: what is wrong is said', (flags, problem) => {
    const read = (): unknown => readFlags(flags, {});
    expect(read).toThrow(TypeError);
    expect(read).toThrow(problem);
  });

  it.each([
    [[], { json: false, serve: false, port: 0 }],
    [['--json'], { json: true, serve: false, port: 0 }],
    [['--serve'], { json: false, serve: true, port: 0 }],
    [['--serve', '--port', '8080'], { json: false, serve: true, port: 8080 }],
    [['--port=65535', '--serve'], { json: false, serve: true, port: 65_535 }],
  ] as const)('%j is understood', (flags, expected) => {
    expect(readFlags(flags, {})).toEqual({ ...expected, swallowed: false });
  });
});

/** What npm 11 leaves of `npm run demo <flags>`: names in the environment, a value behind one as an argument. */
describe('flags that npm swallowed, without two dashes', () => {
  const npm = (variables: Readonly<Record<string, string>>, script = 'demo'): Readonly<Record<string, string>> => ({
    npm_lifecycle_event: script,
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`npm_config_${name}`, value])),
  });

  it.each([
    ['--json', npm({ json: 'true' }), [], { json: true, serve: false, port: 0, swallowed: true }],
    ['--serve', npm({ serve: 'true' }), [], { json: false, serve: true, port: 0, swallowed: true }],
    ['--serve --port 8080', npm({ serve: 'true', port: 'true' }), ['8080'], { json: false, serve: true, port: 8080, swallowed: true }],
    ['--serve --port=8080', npm({ serve: 'true', port: '8080' }), [], { json: false, serve: true, port: 8080, swallowed: true }],
    ['--no-serve', npm({ serve: '' }), [], { json: false, serve: false, port: 0, swallowed: false }],
    ['--json=false', npm({ json: 'false' }), [], { json: false, serve: false, port: 0, swallowed: false }],
    ['npm test --json', npm({ json: 'true' }, 'test'), [], { json: false, serve: false, port: 0, swallowed: false }],
  ])('%s is understood', (_, environment, args, expected) => {
    expect(readFlags(args, environment)).toEqual(expected);
  });

  it.each([
    ['--json --serve', npm({ json: 'true', serve: 'true' }), 'exclude each other'],
    ['--port=8080', npm({ port: '8080' }), '--port belongs to --serve'],
    ['--serve=8080', npm({ serve: '8080' }), 'does not take an argument'],
  ])('%s is refused as if it had arrived', (_, environment, problem) => {
    expect(() => readFlags([], environment)).toThrow(problem);
  });

  it.each([
    ['--json', npm({ json: 'true' }), [], '--json'],
    ['--serve --port N', npm({ serve: 'true', port: 'true' }), ['0'], '--serve'],
  ])('the spelling with two dashes is told: %s', async (_, environment, args, spelling) => {
    const { stderr, kill } = await firstWords(environment, args);
    kill();
    expect(stderr).toContain(`Write: npm run demo -- ${spelling}\n`);
  });
});

/** Starts the demo and waits until it says something on stderr. */
async function firstWords(environment: Readonly<Record<string, string>>, args: readonly string[]) {
  const child = spawn(process.execPath, ['examples/demo/demo.ts', ...args], {
    cwd: root,
    env: { ...cleanEnvironment(), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  for await (const chunk of child.stderr) {
    stderr += String(chunk);
    if (stderr.includes('\n')) break;
  }
  return { stderr, kill: () => child.kill() };
}
