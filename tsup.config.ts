import { mkdirSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { writeDeclarations } from './scripts/declarations.ts';
import { entries, programs } from './scripts/entries.ts';
import { readModules } from './scripts/modules.ts';
import { type Layout, layOut, type PartExport } from './scripts/parts.ts';
import { root } from './scripts/run-command.ts';

const SOURCES = join(root, 'src');
/** Where the source of each part is written: a list of exports. */
const PARTS = join(root, '.cache/parts');

const layout = layOut(readModules(SOURCES));

/** One file a sub-path and one a room, as `scripts/parts.ts` lays them out; declarations by the compiler, one a module. */
export default defineConfig(({ dts }) => ({
  entry: { ...entries, ...programs, ...writeParts(layout.parts) },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  // Some modules of Node are to be had by that name alone.
  removeNodeProtocol: false,
  external: [/^node:/],
  splitting: false,
  treeshake: true,
  sourcemap: true,
  // Who builds without declarations, as the demo does, writes over what is there: whatever reads `dist` meanwhile finds it whole.
  clean: dts !== false,
  dts: false,
  onSuccess: async () => (dts === false ? undefined : writeDeclarations()),
  esbuildPlugins: [roomsImportRooms(layout)],
}));

/** Writes the source of each part; the entries to build. */
function writeParts(parts: Layout['parts']): Record<string, string> {
  mkdirSync(PARTS, { recursive: true });
  const written = [...parts].map(([part, exported]) => {
    const file = join(PARTS, `${posix.basename(part)}.ts`);
    writeFileSync(file, exported.map(exportLine).join(''));
    return [part, relative(root, file)];
  });
  return Object.fromEntries(written);
}

function exportLine({ module, names }: PartExport): string {
  return `export ${names.includes('*') ? '*' : `{ ${names.join(', ')} }`} from '${posix.relative('.cache/parts', `src/${module}`)}';\n`;
}

/** An import that leads into another file of `dist` stays an import, of that file. */
function roomsImportRooms({ fileOf }: Layout): NonNullable<Options['esbuildPlugins']>[number] {
  return {
    name: 'rooms-import-rooms',
    setup: (build) =>
      build.onResolve({ filter: /^\./ }, ({ path, importer, resolveDir }) => {
        const from = relative(SOURCES, importer);
        const to = relative(SOURCES, join(resolveDir, path));
        if (from.startsWith('..') || fileOf(from) === fileOf(to)) return undefined;
        const file = posix.relative(posix.dirname(fileOf(from)), fileOf(to));
        return { path: `${file.startsWith('.') ? file : `./${file}`}.js`, external: true, sideEffects: false };
      }),
  };
}
