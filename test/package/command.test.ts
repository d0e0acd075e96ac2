/** The program that npm puts on the path, as it is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { programs } from '../../scripts/entries.ts';
import { commands } from '../../src/cli/commands.ts';
import { manifest, root } from './support/manifest.ts';

const { consumer, files, scratch } = inject('packed');

const countersign = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(join(consumer, 'node_modules/.bin/countersign'), args, { encoding: 'utf8' });
  return { status, stdout, stderr };
};

describe('the program', () => {
  it('is what the build makes', () => {
    expect(manifest.bin).toEqual(Object.fromEntries(Object.keys(programs).map((name) => [name.replace('bin/', ''), `dist/${name}.js`])));
    expect(Object.values(manifest.bin).filter((file) => !files.includes(file))).toEqual([]);
    expect(existsSync(join(consumer, 'node_modules/.bin/countersign'))).toBe(true);
  });

  it('tells its version', () => {
    expect(countersign('--version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it.each(commands.map(({ name }) => name))('has the command %s', (name) => {
    const { status, stdout } = countersign(name, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: countersign ${name}\\b`));
  });

  it('ends with 2 where it is used wrongly', () => {
    const { status, stderr } = countersign('gatewya');
    expect(status).toBe(2);
    expect(stderr).toContain('did you mean gateway?');
  });
});

const NODE_20 = join(root, 'test/runtime/node_modules/node-20/bin/node');
const oldest = existsSync(NODE_20) ? [['20', NODE_20] as const] : [];

describe.each([['24', process.execPath] as const, ...oldest])('the program on Node %s', (_, node) => {
  const script = join(consumer, 'node_modules/countersign/dist/bin/countersign.js');
  const folder = mkdtempSync(join(scratch, 'command-'));
  const run = (args: readonly string[], options: object = {}) =>
    spawnSync(node, [script, ...args], { cwd: folder, encoding: 'utf8', ...options });

  it('makes a key pair and signs with it', () => {
    const { status, stdout } = run(['keys', 'pair', '--out', 'private.pem']);
    expect([status, statSync(join(folder, 'private.pem')).mode & 0o777]).toEqual([0, 0o600]);
    writeFileSync(join(folder, 'public.pem'), stdout);
    const { stdout: url } = run(['url', 'sign', 'https://files.example/a', '--expires-in', '1h', '--key-file', 'private.pem']);
    expect(run(['url', 'verify', '-', '--key-file', 'public.pem'], { input: url }).status).toBe(0);
  });

  it('has SQLite, or says what brings it', () => {
    const { status, stderr } = run(['keys', 'migrate', '--database', 'keys.db']);
    if (spawnSync(node, ['-e', "process.exit(process.getBuiltinModule('node:sqlite') ? 0 : 1)"]).status === 0) expect(status).toBe(0);
    else expect([status, stderr]).toEqual([3, expect.stringContaining('npm install libsql in this project')]);
  });

  it('ends quietly where nobody reads on, and where stdin is closed', () => {
    const through = (rest: string) =>
      spawnSync('bash', ['-c', `"$0" "$@" ${rest}`, node, script, 'help'], { cwd: folder, encoding: 'utf8' });
    expect(through('| true')).toMatchObject({ status: 0, stderr: '' });
    expect(through('<&- | cat').stdout).toContain('Usage:');
    const closed = spawnSync('bash', ['-c', '"$0" "$1" scan - <&-', node, script], { cwd: folder, encoding: 'utf8' });
    expect([closed.status, closed.stderr]).toEqual([0, '']);
  });

  it('asks for a secret on a terminal, and does not show what is typed', () => {
    const command = `${node} ${script} sign https://bank.example/ --keyid jdoe`;
    const secret = 'typed'.repeat(10);
    const { stdout, status } = spawnSync(
      'bash',
      ['-c', `(sleep 1.5; printf '${secret}\\r'; sleep 1) | script -qec '${command}' /dev/null`],
      { cwd: folder, encoding: 'utf8' },
    );
    expect([status, stdout]).toEqual([0, expect.stringContaining('Secret: ')]);
    expect(stdout).toContain('keyid="jdoe"');
    expect(stdout).not.toContain('typed');
  });

  it('is interrupted', async () => {
    const child = spawn(node, [script, 'scan', '-'], { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += chunk;
    });
    // It reads: then it is there.
    await new Promise<void>((resolve) => child.stdin.write('x'.repeat(1_000_000), () => resolve()));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, told]).toEqual([3, 'countersign: interrupted\n']);
  });
});
