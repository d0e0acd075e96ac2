/** The documents print the files that the gateways and proxies of the tests run with, whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The code blocks of a page. */
const blocksOf = (page: string): readonly string[] =>
  [...readFileSync(join(root, 'docs/guides', page), 'utf8').matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);

const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(root, 'examples', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.d.mts'))
    .map(({ parentPath, name }) => join(parentPath, name));

describe.each([
  ['gateways', 'behind-a-gateway.md', 15],
  ['proxies', 'behind-a-proxy.md', 3],
] as const)('examples/%s', (folder, page, least) => {
  const files = filesOf(folder);

  it('is found', () => expect(files.length).toBeGreaterThanOrEqual(least));

  it.each(files.map((file) => file.slice(root.length + 1)))('%s is printed as it is run', (file) => {
    const shown = blocksOf(page).filter((block) => block === readFileSync(join(root, file), 'utf8'));
    expect(shown).toHaveLength(1);
  });
});
