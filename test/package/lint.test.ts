import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { outputOf } from '../support/output-of.ts';
import { root } from './support/manifest.ts';

const { scratch } = inject('packed');

/** The rules that biome reports for a module of `src`, which may import `./later.ts`. */
async function rulesAgainst(source: string): Promise<readonly string[]> {
  const folder = join(scratch, 'lint');
  mkdirSync(join(folder, 'src'), { recursive: true });
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  writeFileSync(join(folder, 'src/later.ts'), 'export async function later(): Promise<number> {\n  return 1;\n}\n');
  writeFileSync(join(folder, 'src/module.ts'), source);
  const output = await outputOf(join(root, 'node_modules/.bin/biome'), ['lint', '--reporter=json', '.'], folder);
  const { diagnostics } = JSON.parse(output) as { readonly diagnostics: readonly { readonly category: string }[] };
  return diagnostics.map(({ category }) => category);
}

describe('the linter knows types across files', () => {
  it('accepts a promise that is awaited', async () => {
    expect(
      await rulesAgainst("import { later } from './later.ts';\nexport const run = async (): Promise<number> => await later();\n"),
    ).toEqual([]);
  });

  it('refuses a promise that nobody waits for', async () => {
    const source = "import { later } from './later.ts';\nexport function run(): void {\n  later();\n}\n";
    expect(await rulesAgainst(source)).toEqual(['lint/nursery/noFloatingPromises']);
  });

  it('refuses a promise as a condition', async () => {
    const source = "import { later } from './later.ts';\nexport function run(): number {\n  return later() ? 1 : 2;\n}\n";
    expect(await rulesAgainst(source)).toEqual(['lint/nursery/noMisusedPromises']);
  });
});
