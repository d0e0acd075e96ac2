/**
 * undici's `query` option, written into the path: what is signed must be what is sent.
 *
 * @see https://nodejs.org/api/querystring.html#querystringstringifyobj-sep-eq-options
 * @module
 */

/** A path with its query; like undici, a list gives its name once for each member, and what is not plain is empty. */
export function withQuery(path: string, query: Readonly<Record<string, unknown>> | null | undefined): string {
  if (query == null) return path;
  if (/[?#]/.test(path)) throw new TypeError('path and query cannot both have a query');
  const pairs = Object.entries(query).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => pair(name, each)));
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}

function pair(name: string, value: unknown): string {
  const plain = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value);
  return `${encodeURIComponent(name)}=${plain ? encodeURIComponent(String(value)) : ''}`;
}
