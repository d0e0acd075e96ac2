/**
 * URLs that neither parsers nor frameworks on the way change: what is signed is what arrives, or can be told from it.
 *
 * Escapes are normalised one by one and never decoded to text: what a query means to any decoder stays as it is.
 *
 * @see WIRE, "Spellings of a query"; RFC 3986, sections 2.2 to 2.4, 3.3, 3.4 and 6.2.2
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

/** Everything but unreserved, sub-delims without `'`, `:@/?` and `%HH`: parsers differ about `|`, `^` and `'`, servers about the rest. */
const STRAY = /%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/?%-]/gu;

/** A path and query with everything percent-encoded that some parser on the way would encode or change; the query in one of the spellings. */
export function stableTarget(target: string, spelling: QuerySpelling): string {
  const [path, query] = cutQuery(target);
  // Some clients send escapes in their normal form, however they were written.
  return encodeStray(path).replace(/%[\dA-Fa-f]{2}/g, normalEscape) + (query && spellQuery(query, spelling));
}

/** A target up to its query, and the query with its `?`; empty if there is none. */
export function cutQuery(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
}

function spellQuery(query: string, spelling: QuerySpelling): string {
  if (spelling === 'as-given') return encodeStray(query);
  return spelling === 'form' ? formSpelling(query) : defaultSpelling(query);
}

/** A path or query without stray characters, the escapes in it as they are written. */
function encodeStray(text: string): string {
  return text.replace(STRAY, (character) => (character === "'" ? '%27' : encodeURIComponent(character)));
}

/** The target that a signer sent in the form spelling where a framework shows this one: as all signed URLs are. */
export function formTarget(target: string): string {
  const [path, query] = cutQuery(target);
  const form = formPairs(query).join('&');
  return form === '' ? path : `${path}?${form}`;
}

/** A query, with its `?`, in the default spelling. */
export function defaultSpelling(query: string): string {
  return `?${spell(query.slice(1)).replace(VALUE, spellValue)}`;
}

/** Of a pair: its first `=`, and what follows. */
const VALUE = /=[^&]*/g;

/** The first `=` of a pair stays, and one behind `]`: there are decoders that let the name end with that one. */
function spellValue(value: string): string {
  return `=${value.slice(1).replace(/(?:%5D)?=/g, (found) => (found === '=' ? '%3D' : found))}`;
}

/** A query, with its `?`, as a framework has it that reads forms and writes them anew; without pairs it is empty. */
export function formSpelling(query: string): string {
  const groups = new Map<string, string[]>();
  for (const pair of formPairs(query)) {
    const name = nameOf(pair);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [pair]);
    else group.push(pair);
  }
  const names = [...groups.keys()];
  // As the members of an object stand.
  const ordered = [...names.filter(isIndex).sort((a, b) => Number(a) - Number(b)), ...names.filter((name) => !isIndex(name))];
  return ordered.length === 0 ? '' : `?${ordered.flatMap((name) => groups.get(name)!).join('&')}`;
}

/** The pairs of a query, with its `?`, each in the form spelling, but in their own order. */
export function formPairs(query: string): readonly string[] {
  const text = spell(query.slice(1))
    .replaceAll('+', '%20')
    .replace(VALUE, (value) => `=${value.slice(1).replaceAll('=', '%3D')}`);
  const pairs = text.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => (pair.includes('=') ? pair : `${pair}=`));
}

/** The name of a pair in the form spelling. */
export function nameOf(pair: string): string {
  return pair.slice(0, pair.indexOf('='));
}

/** Whether a name is one of those that JavaScript keeps in ascending order before all others. */
export function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}

/** An escape, or what gets one: a `%` only where it begins none. */
const RESPELLED = /%[\dA-Fa-f]{2}|((?:[^\w.~&=+%-]|%(?![\dA-Fa-f]{2}))+)/gu;

/** Escapes in their normal form and where they are needed; what separates names and values stays. */
function spell(text: string): string {
  return text.replace(RESPELLED, (found: string, bare: string | undefined) =>
    bare === undefined ? normalEscape(found) : percentEncode(bare),
  );
}

/** Unreserved characters, as escapes. */
const NEEDLESS = /%(?:2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/;

/** Section 6.2.2: upper-case hexadecimal, and no escape for what needs none. */
function normalEscape(triplet: string): string {
  const upper = triplet.toUpperCase();
  return NEEDLESS.test(upper) ? decodeURIComponent(upper) : upper;
}
