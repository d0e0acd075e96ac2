import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { subPaths } from './support/manifest.ts';
import { missingNodes, nodes } from './support/nodes.ts';

const { consumer } = inject('packed');
const fixtures = join(import.meta.dirname, 'fixtures');

describe('the installed tarball', () => {
  beforeAll(() => {
    for (const file of readdirSync(fixtures).filter((name) => /\.[cm]js$/.test(name))) cpSync(join(fixtures, file), join(consumer, file));
  });

  it('finds every Node it promises to work on', () => {
    if (missingNodes.length > 0) console.warn(`missing: ${missingNodes.join(', ')}`);
    if (process.env['CI']) expect(missingNodes).toEqual([]);
  });

  for (const { name, program } of nodes) {
    const run = (script: string): string =>
      execFileSync(program, ['--no-warnings', script, JSON.stringify({ subPaths })], { cwd: consumer, encoding: 'utf8' }).trim();

    it(`works by import on ${name}`, () => {
      expect(run('smoke.mjs')).toBe('ok');
    });

    it(`works by require on ${name}`, () => {
      expect(run('smoke.cjs')).toBe('ok');
    });
  }
});
