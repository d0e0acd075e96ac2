/** What is packed from a clean checkout, and after the demo has run in it. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest, root } from './support/manifest.ts';
import { npm } from './support/npm.ts';

/** Every file that `exports` names. */
const promised = Object.values(manifest.exports)
  .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
  .map((path) => path.replace('./', ''));

describe('a clean checkout', () => {
  const checkout = mkdtempSync(join(tmpdir(), 'countersign-checkout-'));
  const packed = (...flags: string[]): readonly string[] => {
    const [{ files }] = JSON.parse(npm(['pack', '--dry-run', '--json', ...flags], checkout)) as [{ files: { path: string }[] }];
    return files.map(({ path }) => path);
  };

  beforeAll(() => {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
    const files = listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
    for (const file of files) cpSync(join(root, file), join(checkout, file));
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
  });

  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  it('has nothing built, and is packed whole all the same', () => {
    expect(existsSync(join(checkout, 'dist'))).toBe(false);
    const files = packed();
    expect(promised.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('is still whole after the demo has run, which builds without declarations', () => {
    expect((JSON.parse(npm(['run', '--silent', 'demo', '--', '--json'], checkout)) as { ok: boolean }).ok).toBe(true);
    const files = packed('--ignore-scripts');
    expect(promised.filter((path) => !files.includes(path))).toEqual([]);
  });
});
