/** The program that npm puts on the path, as it is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { programs } from '../../scripts/entries.ts';
import { commands } from '../../src/cli/commands.ts';
import { manifest } from './support/manifest.ts';

const { consumer, files } = inject('packed');

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
