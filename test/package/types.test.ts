import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, inject, it } from 'vitest';
import { outputOf } from '../support/output-of.ts';
import { subPaths } from './support/manifest.ts';

const { consumer, scratch } = inject('packed');
const here = import.meta.dirname;

interface Environment {
  readonly lib: readonly string[];
  /** Ambient types, by the name under which the project has them, and where they are installed. */
  readonly types: Readonly<Record<string, string>>;
}

const ES = 'es2023';
const DOM = [ES, 'dom', 'dom.iterable'];

const environments: Readonly<Record<string, Environment>> = {
  'DOM types': { lib: DOM, types: {} },
  '@types/node': { lib: [ES], types: { '@types/node': '@types/node' } },
  '@types/node of Node 20': { lib: [ES], types: { '@types/node': 'types-node-20' } },
  'DOM types and @types/node': { lib: DOM, types: { '@types/node': '@types/node' } },
  "Cloudflare's types": { lib: [ES], types: { '@cloudflare/workers-types': '@cloudflare/workers-types' } },
  "Bun's types": { lib: ['esnext'], types: { '@types/bun': '@types/bun' } },
};

const resolutions = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

type Resolution = keyof typeof resolutions;

interface Compiler {
  readonly program: string;
  readonly with: readonly Resolution[];
}

const compilers: Readonly<Record<string, Compiler>> = {
  'TypeScript 6': { program: join(here, '../../node_modules/typescript/bin/tsc'), with: ['nodenext', 'bundler'] },
  'TypeScript 7': { program: join(here, 'node_modules/typescript-7/bin/tsc'), with: ['nodenext'] },
  'TypeScript 5.9': { program: join(here, 'node_modules/typescript-5/bin/tsc'), with: ['nodenext'] },
};

/** A project with the package, these types and nothing else. */
function makeProject(environment: Environment, resolution: Resolution, name: string): string {
  const folder = join(scratch, 'types', name);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  cpSync(join(consumer, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  for (const [type, installed] of Object.entries(environment.types)) {
    const link = join(folder, 'node_modules', type);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(here, 'node_modules', installed), link);
  }
  const worker = '@cloudflare/workers-types' in environment.types ? ['worker.ts'] : [];
  const files = ['consumer.ts', ...(resolution === 'nodenext' ? ['consumer.cts'] : []), ...worker];
  for (const file of files) cpSync(join(here, 'fixtures', file), join(folder, file));
  writeFileSync(join(folder, 'sub-paths.ts'), subPaths.map((path, index) => `export * as path${index} from '${path}';\n`).join(''));
  const compilerOptions = {
    ...resolutions[resolution],
    target: 'es2022',
    lib: environment.lib,
    types: Object.keys(environment.types).map((type) => type.replace(/^@types\//, '')),
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [...files, 'sub-paths.ts'] }));
  return folder;
}

const compile = (compiler: string, folder: string): Promise<string> =>
  outputOf(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], folder);

// Each is a compiler of its own; on a busy machine they wait for one another.
describe('the declarations, with skipLibCheck: false', { concurrent: true, timeout: 600_000 }, () => {
  for (const [compiler, { program, with: withResolutions }] of Object.entries(compilers)) {
    for (const resolution of withResolutions) {
      for (const [title, environment] of Object.entries(environments)) {
        const name = `${compiler}, ${resolution}, ${title}`;
        it(`compile with ${name}`, async ({ expect }) => {
          expect(await compile(program, makeProject(environment, resolution, name.replaceAll(/\W+/g, '-')))).toBe('');
        });
      }
    }
  }
});
