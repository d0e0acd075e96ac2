/**
 * Random JSON of what separators and escapes are made of.
 */
import type { Random } from './random.ts';

/** Separators, escapes, and what they are made of. */
export const PIECES: readonly string[] = [
  'a',
  'b',
  '"',
  '\\',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  '/',
  '&',
  '=',
  '%',
  '+',
  ' ',
  '|',
  '0',
  '1',
  '-',
  'e',
  'u',
  'n',
  '\n',
  '\0',
  '\u2028',
  'é',
  'e\u0301',
  '\u{1f600}',
  '%3D',
  '\\u0061',
  '":"',
  '","',
  'null',
  'true',
  '\ufeff',
];
const NUMBERS = [0, 1, -1, 10, 0.1, 1e21, 1.5, 9007199254740991, 5e-324, 100, 1e-7, 0.30000000000000004];

/** A short text of such pieces. */
export function hostileText(random: Random): string {
  let out = '';
  for (let count = random.int(4); count > 0; count--) out += random.pick(PIECES);
  return out;
}

function value(random: Random, depth: number): unknown {
  const kind = random.int(depth > 0 ? 8 : 5);
  if (kind === 0) return random.pick([null, true, false]);
  if (kind === 1) return random.pick(NUMBERS.filter((number) => number < 1e16 || number > 1e300));
  if (kind < 5) return hostileText(random);
  if (kind === 5) return Array.from({ length: random.int(3) }, () => value(random, depth - 1));
  return hostileObject(random, depth);
}

/** An object of at most three members, `depth` levels deep. */
export function hostileObject(random: Random, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (let count = random.int(4); count > 0; count--) out[hostileText(random)] = value(random, depth - 1);
  return out;
}
