/**
 * Parsing of JSON that two parsers could read differently, or that would lose something: such text is refused.
 *
 * One pass, by hand: `JSON.parse` shows neither duplicate members nor lost digits.
 *
 * @see RFC 8259; RFC 7493 (I-JSON); WIRE, "Body carrier"
 * @module
 */

import { isWellFormed } from '../internal/bytes.ts';

/** Why a text is refused. */
export type JsonProblem = 'syntax' | 'duplicate_member' | 'proto_member' | 'number_inexact' | 'lone_surrogate' | 'too_deep';

/** The text is not JSON that can be carried exactly. */
export class JsonError extends SyntaxError {
  override readonly name = 'JsonError';
  readonly problem: JsonProblem;
  /** Where, as a JSON Pointer (RFC 6901). */
  readonly pointer: string;

  constructor(problem: JsonProblem, pointer: string) {
    super(`${problem.replace('_', ' ')} at ${JSON.stringify(pointer)}`);
    this.problem = problem;
    this.pointer = pointer;
  }
}

/** Limits of what is parsed. */
export interface ParseJsonOptions {
  /** How deep objects and arrays may nest; 64 by default. */
  readonly maxDepth?: number | undefined;
}

/**
 * Parses JSON strictly. Objects have no duplicate members and no `__proto__`; numbers are those whose text denotes
 * exactly what RFC 8785 writes for them, and whole ones lie within ±(2^53 - 1); strings have no lone surrogates.
 *
 * @throws {JsonError} With the problem and its place.
 */
export function parseJsonStrict(text: string, { maxDepth = 64 }: ParseJsonOptions = {}): unknown {
  return new Parser(text, maxDepth).whole();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const BLANKS = /[ \n\r\t]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids control characters in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPED: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  whole(): unknown {
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#error('syntax');
    return value;
  }

  #value(): unknown {
    this.#blanks();
    const first = this.#text[this.#at];
    if (first === '{') return this.#nested(() => this.#object());
    if (first === '[') return this.#nested(() => this.#array());
    if (first === '"') return this.#string();
    if (first === 't') return this.#word('true', true);
    if (first === 'f') return this.#word('false', false);
    if (first === 'n') return this.#word('null', null);
    return this.#number();
  }

  #nested<T>(read: () => T): T {
    if (this.#path.length >= this.#maxDepth) throw this.#error('too_deep');
    this.#at++;
    return read();
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    if (this.#next() === '}') return this.#close(object);
    for (;;) {
      if (this.#next() !== '"') throw this.#error('syntax');
      const key = this.#string();
      this.#path.push(key);
      // Assigning it would set the prototype.
      if (key === '__proto__') throw this.#error('proto_member');
      if (Object.hasOwn(object, key)) throw this.#error('duplicate_member');
      this.#expect(':');
      object[key] = this.#value();
      this.#path.pop();
      if (this.#next() === '}') return this.#close(object);
      this.#expect(',');
    }
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    if (this.#next() === ']') return this.#close(array);
    for (;;) {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
      if (this.#next() === ']') return this.#close(array);
      this.#expect(',');
    }
  }

  #close<T>(value: T): T {
    this.#at++;
    return value;
  }

  #string(): string {
    let out = '';
    this.#at++;
    for (;;) {
      out += this.#match(PLAIN);
      const stop = this.#text[this.#at++];
      if (stop === '"') break;
      if (stop !== '\\') throw this.#error('syntax');
      out += this.#escape();
    }
    if (!isWellFormed(out)) throw this.#error('lone_surrogate');
    return out;
  }

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    if (letter !== 'u') {
      if (!Object.hasOwn(ESCAPED, letter)) throw this.#error('syntax');
      return ESCAPED[letter]!;
    }
    const hex = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(hex)) throw this.#error('syntax');
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(): number {
    const text = this.#match(NUMBER);
    if (text === '') throw this.#error('syntax');
    const value = Number(text);
    if (!isExact(text, value)) throw this.#error('number_inexact');
    // -0 is 0.
    return value + 0;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('syntax');
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #blanks(): void {
    this.#match(BLANKS);
  }

  #next(): string | undefined {
    this.#blanks();
    return this.#text[this.#at];
  }

  #expect(character: string): void {
    if (this.#next() !== character) throw this.#error('syntax');
    this.#at++;
  }

  #error(problem: JsonProblem): JsonError {
    const pointer = this.#path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    return new JsonError(problem, pointer);
  }
}

/** Whether a decimal text denotes exactly the number that is written for it again. */
function isExact(text: string, value: number): boolean {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false;
  return decimalOf(text) === decimalOf(String(value));
}

/** Significant digits and exponent: the same for all texts of one decimal number. */
function decimalOf(text: string): string {
  const sign = text.startsWith('-') ? '-' : '';
  const [mantissa = '', exponent = '0'] = text.slice(sign.length).toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  // Zero has one form, whatever its exponent or sign.
  if (end === 0) return '0';
  return `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
