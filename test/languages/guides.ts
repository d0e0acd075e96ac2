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
  const entries = readdirSync(join(programs, language), { withFileTypes: true });
  // An interpreter may have left a folder of its own.
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

/** What spans lines, by the extension of the file: Python's doc comments, Go's list of imports. */
const BLOCKS: Readonly<Record<string, RegExp>> = {
  py: /^[ \t]*"""[\s\S]*?"""$/gm,
  go: /^import \([\s\S]*?^\)$/gm,
};
const COMMENT = /^(?:#|\/\/|\/\*|\*(?: |\/|$))/;
const IMPORT = /^(?:import |from [\w.]+ import |package |require(?:_relative)? |require __DIR__|source |use [\w:]|<\?php)/;

/** The lines of a program that say what it does: those without blank ones, comments and imports. */
export function codeLines(file: string, code: string): readonly string[] {
  const extension = file.slice(file.lastIndexOf('.') + 1);
  const block = BLOCKS[extension];
  const lines = (block ? code.replaceAll(block, '') : code).split('\n');
  return lines.filter((line) => line.trim() !== '' && !COMMENT.test(line.trim()) && !IMPORT.test(line.trim()));
}

/** Texts and regular expressions, in which a semicolon ends nothing. */
const LITERAL = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\bqr(?:\/.*\/|\{.*\})/g;

/** Whether a line holds two statements, or a statement behind what it depends on. */
export function isCrowded(file: string, line: string): boolean {
  const bare = line.replaceAll(LITERAL, '""').replace(/\s(?:#|\/\/)\s.*$/, '');
  if (file.endsWith('.py')) return /;|^\s*(?:if|elif|else|for|while|try|except|with|def|class)\b.*:\s+\S/.test(bare);
  // Go's `if` and everybody's `for` have semicolons in their heads; the shell needs one before `then` and `do`.
  if (file.endsWith('.sh')) return false;
  return /;\s+\S/.test(bare) && !/^\s*(?:if .*\{$|for\b)/.test(bare);
}

if (import.meta.main) {
  for (const { name } of languages) {
    const embed = (_: string, kind: string, file: string) => `\`\`\`${kind} ${file}\n${readProgram(name, file)}\`\`\``;
    writeFileSync(join(folder, `${name}.md`), readGuide(name).replaceAll(FENCE, embed));
  }
}
