/**
 * Keys out of what is written down: access logs hold URLs, and some callers put keys into them.
 *
 * @module
 */

import { assertTexts } from '../../internal/assert.ts';
import { KEY_PATTERN, parseKey } from './format.ts';

/**
 * A URL, or any text, as a log may hold it: of each key the public name stays, and the values of the named parameters of the query go
 * whatever they look like. `redactCredentials(request.url, ['key', 'token'])`
 */
export function redactCredentials(text: string, parameters: readonly string[] = []): string {
  if (typeof text !== 'string') throw new TypeError('text must be a string');
  assertTexts(parameters, 'parameters');
  const names = new Set(parameters);
  const shorter =
    names.size === 0
      ? text
      : text.replace(/([?&])([^=&#]*)=([^&#]*)/g, (pair, before: string, name: string) =>
          names.has(decode(name)) ? `${before}${name}=…` : pair,
        );
  return shorter.replace(new RegExp(KEY_PATTERN, 'g'), (found) => `${parseKey(found)?.keyid ?? found.slice(0, -49)}…`);
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
