/**
 * Which file of `dist` holds which module.
 *
 * Each room of `src` is one file, `dist/parts/<room>.js`, that the entries and the other rooms import: no module is in two
 * files, and the names of files say what is in them. A room that one entry alone imports is in that entry's file; a module that
 * is imported on demand has a file of its own.
 *
 * @module
 */

import { posix } from 'node:path';
import { entries, programs } from './entries.ts';
import type { ModuleImport, Modules } from './modules.ts';

/** How the modules of `src` are laid out in `dist`. */
export interface Layout {
  /** The file of `dist` that a module is in, without its extension: `http` for an entry, `parts/crypto` for a room. */
  fileOf(module: string): string;
  /** What each part exports: from which module which names, `*` for all. */
  readonly parts: ReadonlyMap<string, readonly PartExport[]>;
}

/** Names that a part takes of one of its modules. */
export interface PartExport {
  readonly module: string;
  readonly names: readonly string[];
}

/** An import that is there when the program runs, of another module of `src`. */
interface Link extends ModuleImport {
  readonly importer: string;
}

type FileOf = Layout['fileOf'];

const entryNames = new Map(Object.entries({ ...entries, ...programs }).map(([name, source]) => [source.replace(/^src\//, ''), name]));

/** Lays out the modules of `src`. */
export function layOut(modules: Modules): Layout {
  const links = [...modules].flatMap(([importer, { imports }]) =>
    imports.filter(({ kind, target }) => kind !== 'type' && modules.has(target)).map((link): Link => ({ ...link, importer })),
  );
  const fileOf = mergeIntoEntries(links, roomFile(links));
  const across = links.filter(({ importer, target }) => fileOf(importer) !== fileOf(target) && fileOf(target).startsWith('parts/'));
  const parts = new Map<string, readonly PartExport[]>();
  for (const part of new Set(across.map(({ target }) => fileOf(target)))) {
    const imported = across.filter(({ target }) => fileOf(target) === part);
    parts.set(part, exportsOf(part, imported));
  }
  return { fileOf, parts };
}

/** The file of a module, while each room has one. */
function roomFile(links: readonly Link[]): FileOf {
  const onDemand = new Set(links.filter(({ kind }) => kind === 'dynamic').map(({ target }) => target));
  return (module) => {
    const room = onDemand.has(module) ? posix.basename(module, '.ts') : module.replace(/\/.*|\.ts$/, '');
    return entryNames.get(module) ?? `parts/${room}`;
  };
}

/** Puts a room that one entry alone imports into the file of that entry. */
function mergeIntoEntries(links: readonly Link[], fileOf: FileOf): FileOf {
  const importers = (file: string): Set<string> =>
    new Set(
      links.filter(({ importer, target }) => fileOf(target) === file && fileOf(importer) !== file).map(({ importer }) => fileOf(importer)),
    );
  const home = (file: string): string => {
    const [only, ...others] = importers(file);
    const mergeable = file.startsWith('parts/') && others.length === 0 && only !== undefined && !only.startsWith('parts/');
    return mergeable ? only : file;
  };
  const homes = new Map<string, string>();
  return (module) => {
    const file = fileOf(module);
    return homes.get(file) ?? homes.set(file, home(file)).get(file)!;
  };
}

/** What other files import of a part; each name can be exported once. */
function exportsOf(part: string, links: readonly Link[]): readonly PartExport[] {
  const sources = new Map<string, string>();
  for (const { importer, target, kind, names } of links) {
    if (names.includes('*') && kind === 'static')
      throw new Error(`${importer} must name what it imports of ${target}: it is of another room`);
    for (const name of names) {
      const other = sources.get(name) ?? target;
      if (other !== target) throw new Error(`${part} cannot export two ${name}: of ${other} and of ${target}; rename one`);
      sources.set(name, target);
    }
  }
  const namesOf = (module: string): string[] => [...sources].flatMap(([name, source]) => (source === module ? [name] : [])).sort();
  return [...new Set(sources.values())].sort().map((module) => ({ module, names: namesOf(module) }));
}
