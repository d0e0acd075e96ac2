/** What a user meets, in an editor, a compiler's message and a stack trace, has the names of the source. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { outputOf } from '../support/output-of.ts';
import { root, subPaths } from './support/manifest.ts';
import { type LanguageServer, startLanguageServer } from './support/tsserver.ts';

const { consumer, scratch } = inject('packed');
const folder = join(scratch, 'names');
const home = 'node_modules/countersign';

const compilerOptions = { module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [], strict: true, noEmit: true };

/** Every value that the package exports: of which path, and its name. */
const exported = await Promise.all(
  subPaths.map(async (path) => {
    const code = `console.log(JSON.stringify(Object.keys(await import('${path}'))))`;
    const names = JSON.parse(await outputOf(process.execPath, ['--input-type=module', '--eval', code], consumer)) as readonly string[];
    return names.map((name) => ({ path, name }));
  }),
);
const values = exported.flat();

beforeAll(() => {
  mkdirSync(folder);
  cpSync(join(consumer, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});

describe('go to definition', () => {
  const place = (index: number) => ({ file: join(folder, 'uses.ts'), line: index + 1, offset: 'export { '.length + 1 });
  let server: LanguageServer;

  beforeAll(() => {
    writeFileSync(
      join(folder, 'uses.ts'),
      values.map(({ path, name }, index) => `export { ${name} as use${index} } from '${path}';\n`).join(''),
    );
    server = startLanguageServer();
    server.open(join(folder, 'uses.ts'));
  });
  afterAll(() => server.close());

  it.each(values.map((value, index) => ({ ...value, index })))('leads from $name of $path to its source', async ({ name, index }) => {
    const found = await server.definition(place(index));
    // One; or one an overload.
    expect(found.length).toBeGreaterThan(0);
    for (const { file, start } of found) {
      expect(relative(join(realpathSync(folder), home), file)).toMatch(/^src\/.*\.ts$/);
      expect(readFileSync(file, 'utf8').split('\n')[start.line - 1]).toMatch(
        new RegExp(`^export (async )?(function\\*?|class|const) ${name}\\b`),
      );
    }
  });
});

describe("a compiler's message", () => {
  it('names types and files as the source does', async () => {
    const program = [
      "import { createSignedFetch, createVerifier, signRequest, type Signer } from 'countersign';",
      "import { verifyUrl } from 'countersign/url';",
      'export const signer: Signer = 1;',
      "createSignedFetch({ signer: 'jdoe' });",
      'createVerifier({ resolveKey: 1 });',
      'signRequest(1, {});',
      "verifyUrl('https://bank.example/', 1);",
    ];
    writeFileSync(join(folder, 'wrong.ts'), `${program.join('\n')}\n`);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const output = await outputOf(process.execPath, [compiler, '-p', folder, '--pretty', 'false', '--noErrorTruncation'], folder);
    expect(output).toMatch(/'Signer'/);
    expect(output).not.toMatch(/'[A-Za-z]'|\bchunk\b|-[A-Za-z0-9_]{8}\.d\.ts/);
    const files = [...output.matchAll(/countersign\/([\w./-]+\.d\.ts)/g)].map(([, file]) => file!);
    for (const file of files)
      expect(readFileSync(join(consumer, home, file.replace('dist/types', 'src').replace('.d.ts', '.ts')), 'utf8')).not.toBe('');
    expect(output.match(/^wrong\.ts/gm)?.length).toBeGreaterThanOrEqual(program.length - 2);
  });
});

describe('a stack frame', () => {
  const PROGRAM = `
    import { createSignedFetch, createVerifier, signRequest } from 'countersign';
    const stacks = [];
    for (const fail of [() => createVerifier(1), () => signRequest(1, 1), () => createSignedFetch(1)]) {
      try { await fail(); stacks.push('did not fail'); } catch (error) { stacks.push(error.stack); }
    }
    console.log(JSON.stringify(stacks));
  `;
  const stacks = (...flags: readonly string[]): readonly string[] =>
    JSON.parse(
      execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', PROGRAM], { cwd: consumer, encoding: 'utf8' }),
    ) as string[];
  const NAMES = ['createVerifier', 'signRequest', 'createSignedFetch'];

  it('names the function, and a file that is named for what is in it', () => {
    for (const [index, stack] of stacks().entries())
      expect(stack).toMatch(new RegExp(`at (async )?${NAMES[index]} \\(.*dist/parts/[a-z0-9-]+\\.js:`));
  });

  it('names the source where maps are read', () => {
    for (const [index, stack] of stacks('--enable-source-maps').entries())
      expect(stack).toMatch(new RegExp(`at (async )?${NAMES[index]} \\(.*countersign/src/[a-z0-9/-]+\\.ts:`));
  });
});
