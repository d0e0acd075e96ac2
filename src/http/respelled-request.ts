/**
 * A request in each spelling that its signer may have sent: one, or several where a framework wrote the query anew.
 *
 * @see WIRE, "Queries that a framework writes anew"
 * @module
 */

import { isVerificationError, VerificationError } from '../errors.ts';
import type { ComponentSource } from '../rfc9421/base.ts';
import type { FieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { candidateTargets, lossOf } from '../rfc9421/respelled-query.ts';
import { requestSource } from '../rfc9421/source.ts';
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
