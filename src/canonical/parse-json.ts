/**
 * Parsing of JSON that two parsers could read differently, or that would lose something: such text is refused.
 *
 * One pass, by hand: `JSON.parse` shows neither duplicate members nor lost digits, and V8's of version 13 on can take
 * one escaped name for another (nodejs/node issue 63785).
 *
 * @see RFC 8259; RFC 7493 (I-JSON); WIRE, "Body carrier"
 * @module
 */

import { isWellFormed } from '../internal/bytes.ts';
import { isExactNumber } from './exact-number.ts';
import { DEEPEST, jsonPointer, quotePointer } from './pointer.ts';

/** Why a text is refused. */
export type JsonProblem = 'syntax' | 'duplicate_member' | 'proto_member' | 'number_inexact' | 'lone_surrogate' | 'too_deep';

/** The text is not JSON that can be carried exactly. */
export class JsonError extends SyntaxError {
  override readonly name = 'JsonError';
  readonly problem: JsonProblem;
  /** Where, as a JSON Pointer (RFC 6901). */
  readonly pointer: string;

  constructor(problem: JsonProblem, pointer: string) {
    super(`${problem.replace('_', ' ')} at ${quotePointer(pointer)}`);
    this.problem = problem;
    this.pointer = pointer;
  }
}

/** Limits of what is parsed. */
export interface ParseJsonOptions {
  /** How deep objects and arrays may nest; 64 by default, 512 at most. */
  readonly maxDepth?: number | undefined;
}

/**
 * Parses JSON strictly. Objects have no duplicate members (after unescaping) and no `__proto__`; numbers are exact
 * (see `isExactNumber`) and `-0` is `0`; strings have no lone surrogates; no byte order mark.
 *
 * @throws {JsonError} With the problem and its place.
 */
export function parseJsonStrict(text: string, { maxDepth = 64 }: ParseJsonOptions = {}): unknown {
  return new Parser(text, maxDepth).whole();
}

const BLANKS = ' \n\r\t';
/** The letters of escapes, and what each stands for. */
const ESCAPES = '"\\/bfnrt';
const ESCAPED = '"\\/\b\f\n\r\t';

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  /** Names and indices down to the value being read: as many as there are open objects and arrays. */
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = Math.min(maxDepth, DEEPEST);
  }

  whole(): unknown {
    const value = this.#value();
    if (this.#next() !== '') throw this.#error('syntax');
    return value;
  }

  #value(): unknown {
    const first = this.#next();
    if (first === '"') return this.#wellFormed(this.#string());
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === 't') return this.#word('true', true);
    if (first === 'f') return this.#word('false', false);
    if (first === 'n') return this.#word('null', null);
    return this.#number();
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#open();
    if (this.#skip('}')) return object;
    do {
      if (this.#next() !== '"') throw this.#error('syntax');
      const key = this.#string();
      this.#path.push(key);
      this.#wellFormed(key);
      if (key === '__proto__') throw this.#error('proto_member');
      if (Object.hasOwn(object, key)) throw this.#error('duplicate_member');
      this.#expect(':');
      setMember(object, key, this.#value());
      this.#path.pop();
    } while (this.#skip(','));
    this.#expect('}');
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#open();
    if (this.#skip(']')) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
    } while (this.#skip(','));
    this.#expect(']');
    return array;
  }

  #open(): void {
    if (!(this.#path.length < this.#maxDepth)) throw this.#error('too_deep');
    this.#at++;
  }

  #string(): string {
    const text = this.#text;
    let out = '';
    let start = ++this.#at;
    for (;;) {
      const unit = text.charCodeAt(this.#at);
      if (unit === 0x22) return out + text.slice(start, this.#at++);
      // Also at the end of the text, where it is NaN.
      if (!(unit >= 0x20)) throw this.#error('syntax');
      this.#at++;
      if (unit !== 0x5c) continue;
      out += text.slice(start, this.#at - 1) + this.#escape();
      start = this.#at;
    }
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#at++);
    const place = ESCAPES.indexOf(letter);
    if (place >= 0) return ESCAPED.charAt(place);
    const hex = this.#text.slice(this.#at, this.#at + 4);
    if (letter !== 'u' || !/^[0-9A-Fa-f]{4}$/.test(hex)) throw this.#error('syntax');
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #wellFormed(text: string): string {
    if (!isWellFormed(text)) throw this.#error('lone_surrogate');
    return text;
  }

  #number(): number {
    const start = this.#at;
    this.#take('-');
    if (!this.#take('0')) this.#digits();
    if (this.#take('.')) this.#digits();
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('-')) this.#take('+');
      this.#digits();
    }
    const text = this.#text.slice(start, this.#at);
    const value = Number(text);
    if (!isExactNumber(text, value)) throw this.#error('number_inexact');
    // -0 is 0.
    return value + 0;
  }

  #digits(): void {
    const start = this.#at;
    while (this.#text.charCodeAt(this.#at) >= 0x30 && this.#text.charCodeAt(this.#at) <= 0x39) this.#at++;
    if (this.#at === start) throw this.#error('syntax');
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('syntax');
    this.#at += word.length;
    return value;
  }

  /** The next character that is not blank; `''` at the end. */
  #next(): string {
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '' || character > ' ' || !BLANKS.includes(character)) return character;
      this.#at++;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skip(character: string): boolean {
    this.#next();
    return this.#take(character);
  }

  #expect(character: string): void {
    if (!this.#skip(character)) throw this.#error('syntax');
  }

  #error(problem: JsonProblem): JsonError {
    return new JsonError(problem, jsonPointer(this.#path));
  }
}

/** Assigning a name that is inherited (`toString`) fails where Object.prototype is frozen. */
function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key in object) Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}
