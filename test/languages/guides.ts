/**
 * The guides and the programs in them: a fence whose info string ends in a file name holds that file.
 *
 *   node test/languages/guides.ts     writes the files into the guides
 *
 * @module
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { languages, programs } from './protocol.ts';

const folder = resolve(import.meta.dirname, '../../docs/guides/other-languages');
const FENCE = /^```([a-z]+) ([\w.-]+)\n([\s\S]*?)^```$/gm;

/** A program as a guide shows it. */
export interface Shown {
  readonly file: string;
  readonly code: string;
}

/** The text of a language's guide. */
export function readGuide(language: string): string {
  return readFileSync(join(folder, `${language}.md`), 'utf8');
}

/** The programs in a guide. */
export function shownPrograms(guide: string): readonly Shown[] {
  return [...guide.matchAll(FENCE)].map(([, , file, code]) => ({ file: file!, code: code! }));
}

/** A program as it is run. */
export function readProgram(language: string, file: string): string {
  return readFileSync(join(programs, language, file), 'utf8');
}

/** The files of a language's programs, and those that several of them share. */
export function programFiles(language: string): readonly string[] {
  return readdirSync(join(programs, language)).sort();
}

/** How many lines a file has, as `wc -l` counts: blank ones, comments and imports too. */
export function countLines(code: string): number {
  return code.split('\n').length - 1;
}

if (import.meta.main) {
  for (const { name } of languages) {
    const embed = (_: string, kind: string, file: string) => `\`\`\`${kind} ${file}\n${readProgram(name, file)}\`\`\``;
    writeFileSync(join(folder, `${name}.md`), readGuide(name).replaceAll(FENCE, embed));
  }
}
