/**
 * Queries that a framework wrote anew before the verifier saw them: the spellings that a signer may have sent, and what can no longer be
 * known of them.
 *
 * Such frameworks read a query as a form and write it again: names that are integers first, equal names together, no empty pairs, blanks
 * as `+`, an absent `=` as an empty value, bytes that are no UTF-8 replaced.
 *
 * @see WIRE, "Queries that a framework writes anew"
 * @module
 */

import { splitTarget } from './derive.ts';
import { formPairs, isIndex, nameOf } from './query-spelling.ts';

/** The target that a signer sent in the form spelling where a framework shows this one: as all signed URLs are. */
export function formTarget(target: string): string {
  const { path, query } = splitTarget(target);
  return withQuery(path, formPairs(query).join('&'));
}

/** The targets, at most four, that a signer can have sent where a framework shows this one: first in the form spelling. */
export function candidateTargets(target: string): readonly [string, ...string[]] {
  const { path, query } = splitTarget(target);
  const form = formPairs(query).join('&');
  // A pair without name and value is not one any more without its `=`.
  const flags = form.replace(/([^&])=(?=&|$)/g, '$1');
  const [first, ...others] = new Set([form, withPlus(form), flags, withPlus(flags)]);
  return [withQuery(path, first!), ...others.map((other) => withQuery(path, other))];
}

function withQuery(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}

function withPlus(query: string): string {
  return query.replaceAll('%20', '+');
}

/** U+FFFD. */
const REPLACEMENT = '%EF%BF%BD';

/** What a framework may have lost of a query, in words; `undefined` if nothing that would show. */
export function lossOf(target: string): string | undefined {
  const pairs = formPairs(splitTarget(target).query);
  const text = pairs.join('&');
  const names = new Set(pairs.map(nameOf));
  const losses = [
    text.includes(REPLACEMENT) && 'bytes that are no UTF-8 (which nothing saves: send UTF-8)',
    names.size > 1 && (names.size < pairs.length || [...names].some(isIndex)) && 'the order of names',
    text.split('%20').length > 2 && 'which blanks were +',
    pairs.filter((pair) => pair.endsWith('=')).length > 1 && 'which pairs had no =',
    text.includes('%5D%3D') && 'how = was written behind ]',
  ].filter((loss) => loss !== false);
  return losses.length === 0 ? undefined : losses.join(', ');
}
