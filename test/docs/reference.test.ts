import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../package/support/manifest.ts';
import { exportedNames } from './support/exports.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const api = read('docs/reference/api.md');

/** What the tables under the heading of an entry name in their first column. */
function documented(entry: string): readonly string[] {
  const section = api.split(/^## /m).find((text) => text.startsWith(`${entry}\n`)) ?? '';
  const firstCells = section.split('\n').flatMap((line) => /^\| (`[^|]*)\|/.exec(line)?.[1] ?? []);
  return firstCells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

describe('docs/reference/api.md', () => {
  const names = [...exportedNames(root)];

  it('finds the entries and what they export', () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(names.find(([entry]) => entry === 'countersign')![1]).toContain('createVerifier');
  });

  it.each(names)('names every export of %s once, and nothing else', (entry, exported) => {
    expect([...documented(entry)].sort()).toEqual([...exported].sort());
  });

  it('says of each what it is', () => {
    const rows = api.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.filter((line) => !/^\| `[^|]+\| +\S[^|]+\|/.test(line))).toEqual([]);
  });
});

const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

/** Text without its code, where brackets mean something else. */
const prose = (page: string): string =>
  read(page)
    .replace(/^( *)```[\s\S]*?^\1```$/gm, '')
    .replace(/`[^`\n]*`/g, 'code');

interface Link {
  readonly page: string;
  /** The page it leads to, from the top folder; `undefined` for another site. */
  readonly target: string | undefined;
  readonly anchor: string | undefined;
}

function linksOf(page: string): readonly Link[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href]) => {
    const [path = '', anchor] = href!.split('#');
    const isElsewhere = /^[a-z]+:/.test(href!);
    return { page, target: isElsewhere ? undefined : normalize(path === '' ? page : join(dirname(page), path)), anchor };
  });
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  const headings = [
    ...read(page)
      .replace(/^( *)```[\s\S]*?^\1```$/gm, '')
      .matchAll(/^#{1,6} (.+)$/gm),
  ];
  return headings.map(([, text]) =>
    text!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documents', () => {
  const links = new Map(pages.map((page) => [page, linksOf(page)]));

  it.each(pages)('%s leads nowhere that is not there', (page) => {
    for (const { target, anchor } of links.get(page)!) {
      if (target === undefined) continue;
      expect(existsSync(join(root, target)), target).toBe(true);
      if (anchor !== undefined && target.endsWith('.md')) expect(anchorsOf(target), target).toContain(anchor);
    }
  });

  it('can all be reached from README.md', () => {
    const reached = new Set<string>();
    const todo = ['README.md'];
    for (let page = todo.pop(); page !== undefined; page = todo.pop()) {
      if (reached.has(page)) continue;
      reached.add(page);
      todo.push(...(links.get(page) ?? []).flatMap(({ target }) => (target?.endsWith('.md') ? [target] : [])));
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('stand in docs/index.md', () => {
    const listed = links.get('docs/index.md')!.map(({ target }) => target);
    expect(pages.filter((page) => page.startsWith('docs/') && page !== 'docs/index.md' && !listed.includes(page))).toEqual([]);
  });

  it('use the words of the standard, and none of our own', () => {
    const PRIVATE = /\b(?:judge[ds]?|bench|charge[ds]?|evidence|court|hearing|verdicts?)\b/i;
    const own = pages.filter((page) => !/^docs\/(?:reference\/runtimes|guides\/other-languages\/)|^CONTRIBUTING/.test(page));
    expect(own.filter((page) => PRIVATE.test(prose(page)))).toEqual([]);
  });
});
