/** What nobody awaits or catches fails a run, although every test in it has passed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fromVitest, type Outcome } from '../../scripts/outcome.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const vitest = resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'countersign-rig-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs one fixture as a stage of `npm test` would, and counts it so. */
function runFixture(name: string): { readonly status: number | null; readonly outcome: Outcome } {
  const report = join(scratch, `${name}.json`);
  const flags = ['--config', join(fixtures, 'vitest.config.ts'), '--reporter=json', `--outputFile=${report}`];
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...flags, `${name}.fixture.ts`], { cwd: fixtures });
  return { status, outcome: fromVitest(status === 0, report) };
}

describe('a run of vitest', () => {
  it('passes when its test does', () => {
    expect(runFixture('quiet')).toEqual({ status: 0, outcome: { passed: 1, failed: 0, skipped: 0 } });
  });

  it.each(['rejection', 'exception'])('fails: %s that nobody handles', (name) => {
    expect(runFixture(name)).toEqual({ status: 1, outcome: { passed: 1, failed: 1, skipped: 0 } });
  });
});

describe('a child of a test', () => {
  it.each(['Promise.reject(new Error("nobody awaits this"))', 'setImmediate(() => { throw new Error("nobody catches this"); })'])(
    'ends with a failure after %s',
    (program) => {
      const { status, stderr } = spawnSync(process.execPath, ['-e', `${program}; setTimeout(() => process.exit(0), 1000);`], {
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr).toContain('nobody');
    },
  );
});
