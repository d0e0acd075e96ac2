/** What is in dist: each module once, under a name that the source has, with maps that lead back to it. */
import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { bundlers } from '../../scripts/bundle.ts';
import { entries, programs } from '../../scripts/entries.ts';
import { readModules } from '../../scripts/modules.ts';

const { consumer, scratch } = inject('packed');
const home = join(consumer, 'node_modules/countersign');
const read = (file: string): string => readFileSync(join(home, file), 'utf8');
const list = (pattern: string): readonly string[] => globSync(pattern, { cwd: home }).sort();

const scripts = list('dist/**/*.js');
const declarations = list('dist/types/**/*.d.ts');
const isProgram = (file: string): boolean => file.startsWith('dist/bin/');
const modules = [...readModules(join(home, 'src')).keys()];

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly string[];
}

const readMap = (file: string): SourceMap => JSON.parse(read(file)) as SourceMap;

/** The sources of a map, as paths in the package. */
const sourcesOf = (map: string): readonly string[] => readMap(map).sources.map((source) => posix.join(posix.dirname(map), source));

/** What a text calls its functions, classes and types: what stack frames and compilers name. */
function declaredNames(text: string): readonly string[] {
  const declared = text.matchAll(/\b(?:function\*?|class|interface|type)\s+(?!extends\b)([A-Za-z_$][\w$]*)/g);
  const closures = text.matchAll(
    /\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)[^=;\n]*=\s*(?:async\s*)?(?:\([^()]*\)[^=;\n]*=>|[\w$]+\s*=>|\()/g,
  );
  return [...declared, ...closures].map(([, name]) => name!);
}

const sourceNames = new Set(modules.flatMap((module) => declaredNames(read(`src/${module}`))));

/** The scripts where no package.json says that they are free of side effects. */
const plain = join(scratch, 'plain');
cpSync(join(home, 'dist'), join(plain, 'dist'), { recursive: true });

/** What a bundler keeps of a script of which nothing is used. */
async function bundledUnused(script: string): Promise<string> {
  const bundled = await bundlers.Rolldown(`import './${script}';`, { folder: plain, external: /^@noble\/|^undici$/ });
  return bundled.replace(/import"[^"]+";/g, '');
}

describe('the scripts', () => {
  it('are the entries, the programs and at most 20 parts', () => {
    const names = scripts.filter((file) => dirname(file) === 'dist').map((file) => basename(file, '.js'));
    expect(names).toEqual(Object.keys(entries).sort());
    expect(scripts.filter(isProgram)).toEqual(Object.keys(programs).map((name) => `dist/${name}.js`));
    expect(scripts.length).toBeLessThanOrEqual(names.length + Object.keys(programs).length + 20);
  });

  it('are named for the room or module that is in them', () => {
    const rooms = new Set(modules.flatMap((module) => [module.split('/')[0]!.replace(/\.ts$/, ''), basename(module, '.ts')]));
    expect(scripts.filter((file) => file.startsWith('dist/parts/') && !rooms.has(basename(file, '.js')))).toEqual([]);
  });

  it('hold each module once', () => {
    const holders = new Map<string, string[]>();
    for (const script of scripts)
      for (const source of sourcesOf(`${script}.map`)) holders.set(source, [...(holders.get(source) ?? []), script]);
    expect([...holders].filter(([, files]) => files.length > 1)).toEqual([]);
    expect([...holders.keys()].filter((source) => !modules.includes(source.replace('src/', '')))).toEqual([]);
    // Not all: many modules are types only.
    expect(holders.size).toBeGreaterThan(modules.length / 2);
  });

  // Of a program all commands stand in one file, where names must differ.
  it.each(scripts.filter((script) => !isProgram(script)))(
    'of %s declare no function or class that the source does not name so',
    (script) => {
      expect(declaredNames(read(script)).filter((name) => !sourceNames.has(name))).toEqual([]);
    },
  );

  it('import one file on demand: cryptography in JavaScript', () => {
    const found = scripts.flatMap((script) =>
      [...read(script).matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)].map(([, path]) => `${script} ${path}`),
    );
    expect(found).toEqual(['dist/parts/crypto.js ./javascript.js']);
  });

  // The checks of stores are made of tables; what is only for tests, and a program, is in no bundle.
  const bundled = scripts.filter((script) => script !== 'dist/testing.js' && !isProgram(script));
  it.each(bundled)('of %s do nothing when they are loaded, so that bundlers leave out what nobody uses', async (script) => {
    expect(await bundledUnused(script)).toBe('');
  });

  it('would be seen to do something', async () => {
    writeFileSync(join(plain, 'dist/effect.js'), 'globalThis.effect = new Map();');
    expect(await bundledUnused('dist/effect.js')).not.toBe('');
  });
});

describe('the declarations', () => {
  it('are one file a module, but for those of programs, which nobody imports', () => {
    expect(declarations.map((file) => file.replace(/^dist\/types\/|\.d\.ts$/g, ''))).toEqual(
      modules.filter((module) => !module.startsWith('cli/')).map((module) => module.replace(/\.ts$/, '')),
    );
  });

  it('declare only what the source names so', () => {
    const strange = declarations.flatMap((file) =>
      declaredNames(read(file))
        .filter((name) => !sourceNames.has(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(strange).toEqual([]);
  });

  it('import each other as scripts that are beside them', () => {
    const specifiers = declarations.flatMap((file) =>
      [...read(file).matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g)].map(([, path]) => [file, path!] as const),
    );
    const missing = specifiers.filter(
      ([file, path]) => !path.endsWith('.js') || !existsSync(join(home, dirname(file), path.replace(/\.js$/, '.d.ts'))),
    );
    expect(missing).toEqual([]);
  });
});

describe('the maps', () => {
  it.each(list('dist/**/*.map'))('%s leads to sources in the package, as they are', (map) => {
    const { sourcesContent } = readMap(map);
    for (const [index, source] of sourcesOf(map).entries()) {
      expect(source).toMatch(/^src\/.*\.ts$/);
      expect(sourcesContent?.[index] ?? read(source)).toBe(read(source));
    }
  });

  it('belong to a script or a declaration each', () => {
    const mapped = [...scripts, ...declarations];
    expect(list('dist/**/*.map')).toEqual(mapped.map((file) => `${file}.map`).sort());
    for (const file of mapped) expect(read(file).trimEnd().split('\n').at(-1)).toBe(`//# sourceMappingURL=${basename(file)}.map`);
  });
});
