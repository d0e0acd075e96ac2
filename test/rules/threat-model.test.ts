import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');

/** What the sources call an option that weakens something. */
const relaxations = new Set(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(join(root, 'src', file), 'utf8').match(/\binsecurely[A-Z]\w+/g) ?? []),
);

describe('docs/threat-model.md', () => {
  it('finds the options', () => expect(relaxations.size).toBeGreaterThanOrEqual(12));

  it.each([...relaxations].sort())('says in a line of its own what %s gives up', (name) => {
    expect(page.split('\n').filter((line) => line.startsWith(`| \`${name}\` `))).toHaveLength(1);
  });

  it('names no option that is not there', () => {
    expect([...page.matchAll(/^\| `(insecurely\w+)` /gm)].map(([, name]) => name!).filter((name) => !relaxations.has(name))).toEqual([]);
  });
});
