import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { root } from './support/manifest.ts';

const { scratch } = inject('packed');

/** The rules that biome reports for a module of `src`, which may import `./later.ts`. */
function rulesAgainst(source: string): readonly string[] {
  const folder = join(scratch, 'lint');
  mkdirSync(join(folder, 'src'), { recursive: true });
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  writeFileSync(join(folder, 'src/later.ts'), 'export async function later(): Promise<number> {\n  return 1;\n}\n');
  writeFileSync(join(folder, 'src/module.ts'), source);
  try {
    execFileSync(join(root, 'node_modules/.bin/biome'), ['lint', '--reporter=json', '.'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    return [];
  } catch (error) {
    const { diagnostics } = JSON.parse((error as { readonly stdout: string }).stdout) as {
      readonly diagnostics: { readonly category: string }[];
    };
    return diagnostics.map(({ category }) => category);
  }
}

describe('the linter knows types across files', () => {
  it('accepts a promise that is awaited', () => {
    expect(rulesAgainst("import { later } from './later.ts';\nexport const run = async (): Promise<number> => await later();\n")).toEqual(
      [],
    );
  });

  it('refuses a promise that nobody waits for', () => {
    const source = "import { later } from './later.ts';\nexport function run(): void {\n  later();\n}\n";
    expect(rulesAgainst(source)).toEqual(['lint/nursery/noFloatingPromises']);
  });

  it('refuses a promise as a condition', () => {
    const source = "import { later } from './later.ts';\nexport function run(): number {\n  return later() ? 1 : 2;\n}\n";
    expect(rulesAgainst(source)).toEqual(['lint/nursery/noMisusedPromises']);
  });
});
