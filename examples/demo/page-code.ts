/**
 * The code behind each button, cut out of the sources as they stand, so that what the page shows is what it runs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A few lines of a source file. */
export interface Excerpt {
  /** Whose lines, and what they do. */
  readonly title: string;
  readonly file: string;
  readonly code: string;
}

/** Where a piece of code begins: the start of its first line. */
type Place = readonly [title: string, file: string, start: string];

/** What the buttons of one section share, besides their own lines in `file`. */
interface Section {
  readonly file: string;
  readonly shared: readonly Place[];
}

const SECTIONS: readonly Section[] = [
  {
    file: 'page-requests.ts',
    shared: [
      ['How this page signs', 'page-requests.ts', 'const sign ='],
      ['What the bank asks of every request', 'bank.ts', 'const verifier ='],
      ['How the bank verifies, then credits', 'bank.ts', 'const credit:'],
    ],
  },
  {
    file: 'page-messages.ts',
    shared: [
      ['How the shop signs', 'shop.ts', 'const issue ='],
      ['How this page fetches it from the shop', 'page-messages.ts', 'const collect ='],
      ['How the bank verifies, then credits', 'counter.ts', "bank.route('POST /relayed'"],
    ],
  },
];

/** The excerpts by the name of the button. */
export async function codeOf(names: readonly string[]): Promise<Readonly<Record<string, readonly Excerpt[]>>> {
  const files = new Set(SECTIONS.flatMap(({ file, shared }) => [file, ...shared.map((place) => place[1])]));
  const sources = new Map<string, string>();
  for (const file of files) sources.set(file, await readFile(join(import.meta.dirname, file), 'utf8'));
  const excerpt = ([title, file, start]: Place): Excerpt => ({ title, file, code: cut(sources.get(file)!, start) });
  return Object.fromEntries(
    names.map((name) => {
      const start = /\W/.test(name) ? `'${name}': async` : `${name}: async`;
      const section = SECTIONS.find(({ file }) => sources.get(file)!.includes(`\n    ${start}`));
      if (section === undefined) throw new RangeError(`no code behind the button ${name}`);
      const own: Place = ['What the button does', section.file, start];
      return [name, [own, ...section.shared].map(excerpt)];
    }),
  );
}

/** From the line that begins so to the one that closes it, which is the next one no further in. */
function cut(source: string, start: string): string {
  const lines = source.split('\n');
  const first = lines.findIndex((line) => line.trimStart().startsWith(start));
  if (first === -1) throw new RangeError(`no line begins with ${start}`);
  const indent = /^ */.exec(lines[first]!)![0];
  const further = (line: string): boolean => line === '' || line.startsWith(`${indent} `);
  const block = further(lines[first + 1]!) && lines[first + 1] !== '';
  const length = block ? lines.slice(first + 1).findIndex((line) => !further(line)) + 2 : 1;
  return lines
    .slice(first, first + length)
    .map((line) => line.slice(indent.length))
    .join('\n')
    .replace(/,$/, '');
}
