/**
 * Parsing of parameters: what stands behind an item or an inner list.
 *
 * @see RFC 9651, section 4.2.3.2
 * @module
 */

import { sees, take, takes } from '../internal/scan.ts';
import { KEY } from './grammar.ts';
import { readBareItem } from './parse-bare-item.ts';
import { fail, type ParseOptions, type Scanner, skipSpaces } from './scanner.ts';
import type { BareItem, Parameters } from './value.ts';

const NO_PARAMETERS: Parameters = /* @__PURE__ */ new Map();

/** Parses parameters that stand alone, without blanks around: `;created=1;keyid="k"`. @throws {SyntaxError} */
export function parseParameters(text: string, options: ParseOptions = {}): Parameters {
  const scanner: Scanner = { text, at: 0, options };
  const params = readParameters(scanner);
  if (scanner.at < text.length) fail(scanner, 'expected the end');
  return params;
}

/** Reads parameters, if there are any. */
export function readParameters(scanner: Scanner): Parameters {
  if (!sees(scanner, ';')) return NO_PARAMETERS;
  const { maxParameters = 256, unique } = scanner.options;
  const params = new Map<string, BareItem>();
  for (let count = 0; takes(scanner, ';'); count++) {
    if (count >= maxParameters) fail(scanner, 'too many parameters');
    skipSpaces(scanner);
    const key = readKey(scanner);
    if (unique && params.has(key)) fail(scanner, 'a parameter twice');
    params.set(key, takes(scanner, '=') ? readBareItem(scanner) : true);
  }
  return params;
}

/** Reads a key (section 4.2.3.3). */
export function readKey(scanner: Scanner): string {
  return take(scanner, KEY) || fail(scanner, 'expected a key');
}
