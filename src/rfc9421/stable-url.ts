/**
 * URLs that no parser changes on the way: what is signed is what arrives.
 *
 * @see RFC 3986, sections 2.2 to 2.4, 3.3, 3.4 and 6.2.2
 * @module
 */

import { splitTarget } from './derive.ts';
import { defaultSpelling, formSpelling, normalEscape, type QuerySpelling } from './query-spelling.ts';

/** Everything but unreserved, sub-delims without `'`, `:@/?` and `%HH`: parsers differ about `|`, `^` and `'`, servers about the rest. */
const STRAY = /%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/?%-]/gu;

/** A path and query with everything percent-encoded that some parser on the way would encode or change; the query in one of the spellings. */
export function stableTarget(target: string, spelling: QuerySpelling): string {
  const { path } = splitTarget(target);
  // Some clients send escapes in their normal form, however they were written.
  const stablePath = encodeStray(path).replace(/%[\dA-Fa-f]{2}/g, normalEscape);
  const mark = target.indexOf('?');
  return mark < 0 ? stablePath : stablePath + spellQuery(target.slice(mark), spelling);
}

function spellQuery(query: string, spelling: QuerySpelling): string {
  if (spelling === 'as-given') return encodeStray(query);
  return spelling === 'form' ? formSpelling(query) : defaultSpelling(query);
}

/** A path or query without stray characters, the escapes in it as they are written. */
function encodeStray(text: string): string {
  return text.replace(STRAY, (character) => (character === "'" ? '%27' : encodeURIComponent(character)));
}
