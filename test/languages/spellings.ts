/**
 * Spellings of a query, at decoders of other languages: what countersign writes means the same to each.
 *
 * @module
 */

import { join } from 'node:path';
import fc from 'fast-check';
import { defaultSpelling, formSpelling } from '../../src/rfc9421/stable-url.ts';
import { anyQueries, inUrl } from '../support/queries.ts';
import type { Report } from './report.ts';
import { type Command, execute } from './toolchain.ts';

const decoders = join(import.meta.dirname, 'decoders');

const commands: Readonly<Record<string, Command>> = {
  python: ['/usr/bin/python3', join(decoders, 'decode.py')],
  php: ['php', join(decoders, 'decode.php')],
  go: ['go', 'run', join(decoders, 'decode.go')],
};

/** Queries that were tried and random ones, as a URL has them, without the question mark. */
const queries: readonly string[] = [
  ...['a=b]=c', 'a=b%5D=c', 'a[x=y]=1', 'a;b=1', 'a=%zz', 'a=%ff%41', 'a.b=1&a%20b=2&+a=3', '&&=&a&a=', 'a%00b=%00'].map((text) =>
    inUrl(`?${text}`),
  ),
  ...fc.sample(anyQueries.map(inUrl), 5000),
].map((query) => query.slice(1));

/** Checks that a language decodes the same pairs of a query and of its default spelling; and of the form spelling, what sorts as a form does. */
export async function checkDecoder(report: Report, name: string): Promise<void> {
  const command = commands[name];
  if (command === undefined) return;
  const decode = async (texts: readonly string[]): Promise<readonly unknown[]> => {
    const { status, stdout, stderr } = await execute(command, {}, JSON.stringify(texts));
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return JSON.parse(stdout.toString()) as readonly unknown[];
  };
  await report.check(`${name} decodes the same of ${queries.length} queries and of their default spelling`, async () => {
    const given = await decode(queries);
    const spelled = await decode(queries.map((query) => defaultSpelling(`?${query}`).slice(1)));
    let compared = 0;
    for (const [index, query] of queries.entries()) {
      // Go refuses what has a bare semicolon or half an escape: there is nothing that could be the same.
      if (given[index] === null) continue;
      compared++;
      if (JSON.stringify(given[index]) !== JSON.stringify(spelled[index]))
        throw new Error(`${query}: ${JSON.stringify(given[index])} became ${JSON.stringify(spelled[index])}`);
    }
    if (compared < queries.length / 4) throw new Error(`only ${compared} queries were decoded`);
  });
}

/** The URL as it is signed: its query in the form spelling, ready for more pairs. */
export function signedPrefix(url: string): string {
  const mark = url.indexOf('?');
  const query = mark < 0 ? '' : formSpelling(url.slice(mark));
  return `${mark < 0 ? url : url.slice(0, mark)}${query === '' ? '?' : `${query}&`}signature-input=`;
}

/** A target as a program sends it. */
export function sentTarget(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark) + defaultSpelling(target.slice(mark));
}
