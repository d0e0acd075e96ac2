/**
 * The TypeScript examples of the documentation.
 *
 * A fence that begins with three backticks and `ts` is a module and must compile, against the built package, as it
 * stands. One marked `ts run` is run as well, and must print what the comments behind its `console.log` lines say. One marked
 * `js file=NAME` is a file of the quick start.
 *
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One example. */
export interface Fence {
  /** The page, from the top folder. */
  readonly page: string;
  /** The line of the page on which its code begins, from 1. */
  readonly line: number;
  readonly code: string;
  readonly runnable: boolean;
}

const OPEN = /^(\s*)```ts(?:\s+(.*))?$/;

/** The fences of a page. */
export function parseFences(page: string, markdown: string): readonly Fence[] {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  for (let index = 0; index < lines.length; index++) {
    const opened = OPEN.exec(lines[index]!);
    if (opened === null) continue;
    const [, indent = '', marks = ''] = opened;
    const start = index + 1;
    while (++index < lines.length && lines[index] !== `${indent}\`\`\``);
    if (index === lines.length) throw new SyntaxError(`${page}:${start}: the fence is never closed`);
    const code = lines.slice(start, index).map((line) => line.slice(indent.length));
    fences.push({ page, line: start + 1, code: `${code.join('\n')}\n`, runnable: marks.split(/\s+/).includes('run') });
  }
  return fences;
}

/** The files that a page prints whole: fences marked `js file=NAME`, by name. */
export function parseFiles(markdown: string): ReadonlyMap<string, string> {
  return new Map([...markdown.matchAll(/^```js file=([\w.-]+)\n([\s\S]*?)^```$/gm)].map(([, name, code]) => [name!, code!]));
}

/** The fences of README.md and of every page in docs. */
export function collectFences(root: string): readonly Fence[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file));
  return ['README.md', ...pages.sort()].flatMap((page) => parseFences(page, readFileSync(join(root, page), 'utf8')));
}

/** A module with the example on the very lines it has on its page: what a compiler says of it can be looked up. */
export function toModule({ line, code }: Fence): string {
  return `${'\n'.repeat(line - 1)}${code}export {};\n`;
}

/** The module's name, `README-31`. */
export function moduleName({ page, line }: Fence): string {
  return `${page.replace(/\.md$/, '').replaceAll(/\W+/g, '-')}-${line}`;
}

/** What the example promises to print, by the comments behind its `console.log` lines. */
export function promisedOutput({ code }: Fence): readonly string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\);\s*\/\/ (.+)$/gm)].map(([, text]) => text!);
}
