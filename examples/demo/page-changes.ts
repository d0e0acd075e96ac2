/**
 * What somebody on the wire changed, in words a person reads: the digest of a body says only that it is another.
 */
import type { WireRequest } from './wire.ts';

/** One thing that is not as it was. */
export interface Change {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

const NOTHING = '(none)';

/** Compares a request as it was signed with the one that was sent. */
export function changesBetween(signed: WireRequest, sent: WireRequest): readonly Change[] {
  const [before, after] = [partsOf(signed), partsOf(sent)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) || NOTHING, after: after.get(name) || NOTHING }))
    .filter((change) => change.before !== change.after);
}

function partsOf({ target, body, user = 'jdoe' }: WireRequest): ReadonlyMap<string, string> {
  const { pathname, search } = new URL(target, location.origin);
  return new Map([['path', pathname], ['query', search], ['session', user], ...fieldsOf(body)]);
}

function fieldsOf(body: string): readonly (readonly [name: string, value: string])[] {
  if (!body.startsWith('{')) return [...new URLSearchParams(body)];
  return Object.entries(JSON.parse(body) as object).map(([name, value]) => [name, String(value)]);
}
