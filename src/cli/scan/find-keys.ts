/**
 * Keys of ours in bytes: found by their shape, and told from anything else by their checksum.
 *
 * @module
 */

import { KEY_PATTERN, type ParsedKey, parseKey } from '../../api-key/credential/format.ts';

/** A key that was found, and where. What is secret of it is not here. */
export interface FoundKey extends ParsedKey {
  /** From 1. */
  readonly line: number;
  /** From 1, in bytes. */
  readonly column: number;
}

/** More than the longest key, on both sides of a seam. */
const OVERLAP = 160;

/** The key at the end of a match: what stands before it may look as if it belonged to the prefix. */
function keyWithin(match: string): { readonly parsed: ParsedKey; readonly at: number } | undefined {
  for (let at = 0; at <= LONGEST_PREFIX; at++) {
    const parsed = parseKey(match.slice(at));
    if (parsed !== undefined) return { parsed, at };
  }
  return undefined;
}

/** Characters of the longest prefix. */
const LONGEST_PREFIX = 16;

/** Looks through a file in pieces; each byte is looked at once, but for those at the seams. */
export class KeyFinder {
  readonly #pattern: RegExp = new RegExp(KEY_PATTERN, 'g');
  #rest = '';
  #line = 1;
  #column = 1;

  /** The keys in a piece, which is one byte a character; `isLast` says that nothing follows. */
  find(piece: string, isLast: boolean): readonly FoundKey[] {
    const text = this.#rest + piece;
    // A key may go on in the next piece: what begins behind this is left to it.
    const end = isLast ? text.length : this.#seam(text);
    const found: FoundKey[] = [];
    let done = 0;
    for (const { 0: match, index } of text.matchAll(this.#pattern)) {
      const key = index < end ? keyWithin(match) : undefined;
      if (key === undefined) continue;
      this.#advance(text, done, index + key.at);
      done = index + key.at;
      found.push({ ...key.parsed, line: this.#line, column: this.#column });
    }
    this.#advance(text, done, end);
    this.#rest = text.slice(end);
    return found;
  }

  /** Where a word begins, so that no key is cut and none is seen from its middle. */
  #seam(text: string): number {
    const from = Math.max(0, text.length - OVERLAP);
    const tail = text.slice(from);
    const blank = tail.search(/\W/);
    return blank < 0 ? from : from + blank;
  }

  #advance(text: string, from: number, to: number): void {
    let start = from;
    for (let at = text.indexOf('\n', start); at >= 0 && at < to; at = text.indexOf('\n', start)) {
      this.#line++;
      this.#column = 1;
      start = at + 1;
    }
    this.#column += to - start;
  }
}
