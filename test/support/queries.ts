/** Queries made of what separates, escapes and counts in them: few pieces, so that much comes out nearly or wholly alike. */
import fc from 'fast-check';
import { type QuerySpelling, stableTarget } from '../../src/rfc9421/stable-url.ts';

const PIECES = [
  ...[
    '&',
    '&',
    '=',
    '=',
    '+',
    '%20',
    '%2B',
    '%26',
    '%3D',
    '%25',
    '%5B',
    '%5d',
    '[',
    ']',
    '[]',
    ';',
    ',',
    ':',
    '/',
    '?',
    '@',
    '!',
    '$',
    '*',
    '(',
    ')',
  ],
  ...[
    '%7e',
    '~',
    '%41',
    'a',
    'b',
    'b',
    '0',
    '1',
    '10',
    '01',
    '%00',
    '%C3%A9',
    '%e2%82%ac',
    '.',
    '%2e',
    '-',
    '_',
    "'",
    '"',
    '|',
    '%0d%0a',
    'é',
    '😀',
  ],
];

/** What is in no form that decoders agree about: escapes that are none, and bytes that are no UTF-8. */
const ODD_PIECES = ['%', '%zz', '%4', '%ff', '%C3', '%E2%82', '%F0%9F'];

const of = (pieces: readonly string[]) => fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((parts) => `?${parts.join('')}`);

/** Queries whose escapes are whole, and UTF-8. */
export const soundQueries: fc.Arbitrary<string> = of(PIECES);

export const anyQueries: fc.Arbitrary<string> = fc.oneof(
  soundQueries,
  of([...PIECES, ...ODD_PIECES]),
  fc.string({ unit: 'grapheme-ascii', maxLength: 24 }).map((text) => `?${text.replaceAll('#', '')}`),
);

/** A query as a URL has it that was made of it. */
export function inUrl(query: string): string {
  const { href } = new URL(`https://bank.example/${query}`);
  return href.slice('https://bank.example/'.length) || '?';
}

/** What a framework shows of a query that reads it as a form, into an object, and writes that anew. */
export function rewritten(query: string): string {
  const record: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of new URLSearchParams(query)) (record[name] ??= []).push(value);
  const pairs = Object.entries(record).flatMap(([name, values]) => values.map((value) => [name, value]));
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? '' : `?${text}`;
}

/** A query in a spelling, as a target has it. */
export function queryInSpelling(query: string, spelling: QuerySpelling): string {
  return stableTarget(`/${query}`, spelling).slice(1);
}
