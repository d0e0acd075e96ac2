/**
 * Spellings of a query: how signers write it, so that neither parsers on the way nor frameworks that write it anew change what was signed.
 *
 * Escapes are normalised one by one and never decoded to text: what a query means to any decoder stays as it is.
 *
 * @see WIRE, "Spellings of a query"; RFC 3986, sections 2.3 and 6.2.2
 * @module
 */

import { percentEncode } from '../canonical/fields.ts';

/**
 * How a query is written when it is sent. `default` escapes what frameworks escape; `form` also puts it into the order and completeness of a
 * re-written form, for servers behind such a framework; `as-given` escapes only what parsers on the way would change.
 */
export type QuerySpelling = 'default' | 'form' | 'as-given';

const SPELLINGS: readonly unknown[] = ['default', 'form', 'as-given'] satisfies readonly QuerySpelling[];

/** Requires the name of a spelling. @throws {TypeError} */
export function assertQuerySpelling(value: unknown, name = 'query'): asserts value is QuerySpelling {
  if (!SPELLINGS.includes(value)) throw new TypeError(`${name} must be 'default', 'form' or 'as-given': how queries are written`);
}

/** A query, with its `?`, in the default spelling. */
export function defaultSpelling(query: string): string {
  return `?${pairsOf(query).map(spellPair).join('&')}`;
}

/** Name and value of a pair, each in the form spelling; the value of an absent `=` is empty. */
export type SpelledPair = readonly [name: string, value: string];

/** The pairs of a query, with its `?`, in the form spelling, but in their own order. */
export function spelledPairs(query: string): readonly SpelledPair[] {
  return pairsOf(query)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [spellForm(pair), ''] : [spellForm(pair.slice(0, equals)), spellForm(pair.slice(equals + 1))];
    });
}

/** A query, with its `?`, as a framework has it that reads forms and writes them anew; without pairs it is empty. */
export function formSpelling(query: string): string {
  const groups = new Map<string, string[]>();
  for (const [name, value] of spelledPairs(query)) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else group.push(value);
  }
  const names = [...groups.keys()];
  // As the members of an object stand.
  const indexes = names.filter(isIndex).sort((a, b) => Number(a) - Number(b));
  const ordered = indexes.length === 0 ? names : [...indexes, ...names.filter((name) => !isIndex(name))];
  const texts = ordered.flatMap((name) => groups.get(name)!.map((value) => `${name}=${value}`));
  return texts.length === 0 ? '' : `?${texts.join('&')}`;
}

/** Whether a name is one of those that JavaScript keeps in ascending order before all others. */
export function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}

function pairsOf(query: string): string[] {
  return query.slice(1).split('&');
}

/** The first `=` of a pair stays, and one behind `]`: there are decoders that let the name end with that one. */
function spellPair(pair: string): string {
  const parts = pair.split('=').map(spell);
  return parts.reduce((text, part, index) => text + (index === 1 || parts[index - 1]!.endsWith('%5D') ? '=' : '%3D') + part);
}

function spellForm(text: string): string {
  return spell(text).replaceAll('+', '%20').replaceAll('=', '%3D');
}

/** An escape, or a character that gets one. */
const RESPELLED = /%[\dA-Fa-f]{2}|[^\w.~=+-]/gu;

function spell(text: string): string {
  return text.replace(RESPELLED, (found) => (found.length === 3 ? normalEscape(found) : percentEncode(found)));
}

/** Section 6.2.2: upper-case hexadecimal, and no escape for what needs none. */
export function normalEscape(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : triplet.toUpperCase();
}
