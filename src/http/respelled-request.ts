/**
 * A request in each spelling that its signer may have sent: one, or several where a framework wrote the query anew.
 *
 * Such frameworks read a query as a form and write it again: names that are integers first, equal names together, no empty pairs, blanks
 * as `+`, an absent `=` as an empty value, bytes that are no UTF-8 replaced.
 *
 * @see WIRE, "Queries that a framework writes anew"
 * @module
 */

import { isVerificationError, VerificationError } from '../errors.ts';
import type { ComponentSource } from '../rfc9421/base.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { requestSource } from '../rfc9421/source.ts';
import { cutQuery, formPairs, isIndex, nameOf } from '../rfc9421/stable-url.ts';
import type { FieldTypes } from '../rfc9421/structured-field.ts';

/** A request as it may have been sent. */
export interface SpelledRequest {
  readonly message: RequestMessage;
  readonly source: ComponentSource;
}

/** All that it may have been. */
export type SpelledRequests = readonly [SpelledRequest, ...SpelledRequest[]];

/** The request as it came. */
export function asSpelled(message: RequestMessage, read: FieldReader, types: FieldTypes | undefined): SpelledRequests {
  return [{ message, source: requestSource(message, read, types) }];
}

/** The request in each spelling of its query that a signer may have sent where a framework shows this one. */
export function respell(message: RequestMessage, read: FieldReader, types: FieldTypes | undefined): SpelledRequests {
  const [first, ...others] = candidateTargets(message.target);
  const [spelled] = asSpelled({ ...message, target: first }, read, types);
  if (others.length === 0) return [spelled];
  const shared = remembered(spelled.source);
  return [
    { ...spelled, source: shared },
    ...(others.map((target) => {
      const other = { ...message, target };
      const own = requestSource(other, read, types);
      return { message: other, source: (component) => (TARGET_COMPONENTS.has(component.name) ? own(component) : shared(component)) };
    }) satisfies SpelledRequest[]),
  ];
}

/** What differs between spellings. A parameter of the query is the same in all. */
const TARGET_COMPONENTS: ReadonlySet<string> = new Set(['@query', '@target-uri', '@request-target']);

/** A source that reads each component once. */
function remembered(source: ComponentSource): ComponentSource {
  const known = new Map<string, string | undefined>();
  return (component) => {
    const { identity } = component;
    if (!known.has(identity)) known.set(identity, source(component));
    return known.get(identity);
  };
}

/**
 * Why a request was refused that is good in no spelling: for what the framework may have lost, if it may have lost something. An unknown key
 * is the same answer.
 */
export function lossIn({ target }: RequestMessage, error: unknown): unknown {
  if (!isVerificationError(error) || error.publicCode !== 'signature_mismatch') return error;
  const loss = lossOf(target);
  if (loss === undefined) return error;
  const { signatureBase, keyid } = error;
  const detail = `the query was written anew on the way, and may have lost ${loss}: send it with createSignedFetch({ query: 'form' })`;
  return new VerificationError('target_malformed', detail, { cause: error, signatureBase, keyid });
}

/** The targets, at most four, that a signer can have sent where a framework shows this one: first in the form spelling. */
export function candidateTargets(target: string): readonly [string, ...string[]] {
  const [path, query] = cutQuery(target);
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
function lossOf(target: string): string | undefined {
  const pairs = formPairs(cutQuery(target)[1]);
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
