/** What docs/guides/test-your-code.md says of compilers and loaders that know ES modules half. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { root, subPaths } from '../package/support/manifest.ts';
import { run } from './support/project.ts';

const { consumer, scratch } = inject('packed');
const page = readFileSync(join(root, 'docs/guides/test-your-code.md'), 'utf8');
const TYPESCRIPT_5 = join(root, 'test/package/node_modules/typescript-5/bin/tsc');

/** A CommonJS project in TypeScript that imports every entry. */
function project(name: string, compilerOptions: object): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  cpSync(join(consumer, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(folder, 'main.ts'), subPaths.map((path, index) => `export * as path${index} from '${path}';\n`).join(''));
  const options = { ...compilerOptions, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], types: [], strict: true, outDir: 'out' };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['main.ts'] }));
  return folder;
}

const printed = JSON.parse(/^```json tsconfig\n([\s\S]*?)^```$/m.exec(page)![1]!) as { readonly compilerOptions: object };

describe('a project in CommonJS', () => {
  it.each([
    ['moduleResolution node, with the paths of the guide', 'resolution-node', printed.compilerOptions],
    ['nodenext', 'resolution-nodenext', { module: 'nodenext' }],
  ])('compiles with %s, and runs', async (_, name, options) => {
    const folder = project(name, options);
    const { failed, stdout } = await run(folder, TYPESCRIPT_5, '-p', '.', '--pretty', 'false');
    expect([failed, stdout]).toEqual([false, '']);
    expect(await run(folder, '--eval', 'require("./out/main.js")')).toMatchObject({ failed: false, stderr: '' });
  });

  it('does not find the types with moduleResolution node alone, as the guide says', async () => {
    const folder = project('resolution-node-alone', { module: 'commonjs', moduleResolution: 'node' });
    const { stdout } = await run(folder, TYPESCRIPT_5, '-p', '.', '--pretty', 'false');
    expect(stdout).toContain("Cannot find module 'countersign'");
  });
});
