/** The demo, run as a reader of the README runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const demo = (...flags: string[]) => spawnSync(process.execPath, ['examples/demo/demo.ts', ...flags], { cwd: root, encoding: 'utf8' });
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
    expect(steps.every((step) => step.ok)).toBe(true);
  });

  it.each([['--wrong'], ['--port', 'x'], ['--json', '--serve'], ['extra']])('answers %s with usage and exit 2', (...flags) => {
    const { status, stderr } = demo(...flags);
    expect(status).toBe(2);
    expect(stderr).toContain('usage:');
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
