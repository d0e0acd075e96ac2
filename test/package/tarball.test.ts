import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { entries } from '../../scripts/entries.ts';
import { manifest, root } from './support/manifest.ts';

const { files, consumer } = inject('packed');
const read = (file: string): string => readFileSync(join(consumer, 'node_modules/countersign', file), 'utf8');

/** The files that a script or a declaration file imports. */
function importsOf(file: string): readonly string[] {
  const paths = [...read(file).matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.js['"]/g)].map(([, path]) => join(file, '..', path!));
  return paths.map((path) => `${path}${file.endsWith('.d.ts') ? '.d.ts' : '.js'}`);
}

describe('the tarball', () => {
  it('holds what package.json lists, and what npm always adds', () => {
    const listed = (file: string): boolean => manifest.files.some((name) => file === name || file.startsWith(`${name}/`));
    expect(files.filter((file) => !listed(file) && !['package.json', 'README.md', 'LICENSE'].includes(file))).toEqual([]);
  });

  it('holds scripts, declarations and maps in dist, and sources in src', () => {
    expect(files.filter((file) => file.startsWith('dist/') && !/\.(js|js\.map|d\.ts|d\.ts\.map)$/.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('src/') && !/^src\/[a-z0-9/-]+\.ts$/.test(file))).toEqual([]);
  });

  it('names no path of the machine it was made on', () => {
    const paths = [root, homedir(), '/home/', '/tmp/'];
    expect(files.filter((file) => paths.some((path) => path !== '/' && read(file).includes(path)))).toEqual([]);
  });

  it('has no file that is imported and missing', () => {
    const missing = files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .flatMap((file) => importsOf(file))
      .filter((file) => !files.includes(file));
    expect(missing).toEqual([]);
  });
});

describe('the sub-paths', () => {
  const names = Object.keys(entries);
  const exported = (name: string): string => (name === 'index' ? '.' : `./${name}`);
  const types = (name: string): string => entries[name]!.replace(/^src\/(.*)\.ts$/, 'dist/types/$1.d.ts');

  it('are those of the build', () => {
    expect(manifest.exports).toEqual({
      ...Object.fromEntries(names.map((name) => [exported(name), { types: `./${types(name)}`, default: `./dist/${name}.js` }])),
      './package.json': './package.json',
    });
  });

  it('are in the tarball', () => {
    expect(names.flatMap((name) => [`dist/${name}.js`, types(name)]).filter((file) => !files.includes(file))).toEqual([]);
  });

  it('mean the source for the compiler of tests and examples', () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.test.json'), 'utf8')) as {
      readonly compilerOptions: { readonly paths: unknown };
    };
    expect(compilerOptions.paths).toEqual(
      Object.fromEntries(names.map((name) => [name === 'index' ? 'countersign' : `countersign/${name}`, [`./${entries[name]}`]])),
    );
  });
});
