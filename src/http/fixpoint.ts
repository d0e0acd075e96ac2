/**
 * URLs that no parser changes on the way: what is signed is what arrives.
 *
 * @see RFC 3986, sections 2.2 to 2.4 and 3.3, 3.4
 * @module
 */

import { encodeUtf8 } from '../internal/bytes.ts';

/** Unreserved, sub-delims without the apostrophe (which query parsers rewrite), `:@/?`, and escapes. */
const STABLE = /[A-Za-z0-9\-._~!$&()*+,;=:@/?]/;

/**
 * A path and query with everything percent-encoded that some parser on the way would encode or change.
 *
 * Escapes stay as they are; a lone `%` becomes `%25`.
 */
export function stableTarget(target: string): string {
  let text = '';
  for (let index = 0; index < target.length; index++) {
    const character = target[index]!;
    if (STABLE.test(character)) text += character;
    else if (character === '%' && /^[0-9A-Fa-f]{2}$/.test(target.slice(index + 1, index + 3))) text += '%';
    else {
      const whole = String.fromCodePoint(target.codePointAt(index)!);
      index += whole.length - 1;
      for (const byte of encodeUtf8(whole)) text += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
    }
  }
  return text;
}
