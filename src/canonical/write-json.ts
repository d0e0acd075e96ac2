/**
 * The canonical text of what was parsed strictly: plain data, in which nothing is left to refuse.
 *
 * @see RFC 8785
 * @module
 */

/** What `canonicalizeJson` gives for a value that `parseJsonStrict` answered; the engine writes the numbers and strings. */
export function writeCanonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeCanonicalJson).join()}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${writeCanonicalJson((value as Readonly<Record<string, unknown>>)[name])}`);
  return `{${members.join()}}`;
}
