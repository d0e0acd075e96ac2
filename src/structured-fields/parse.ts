/**
 * Parsing of structured fields: one pass, no backtracking.
 *
 * @see RFC 9651, section 4.2
 * @module
 */

import { decodeBase64 } from '../internal/base64.ts';
import { decodeUtf8 } from '../internal/bytes.ts';
import { type BareItem, Decimal, type Dictionary, DisplayString, type InnerList, type Item, type List, type Member, type Parameters, SfDate, Token } from './value.ts';

/** The text is not a structured field. */
export class StructuredFieldError extends SyntaxError {
  override readonly name = 'StructuredFieldError';
  readonly position: number;
  constructor(message: string, position: number) {
    super(`${message} at ${position}`);
    this.position = position;
  }
}

export interface ParseOptions {
  /** Told of a key that occurs again; the last one wins unless this throws. */
  readonly onDuplicate?: ((kind: 'member' | 'parameter', key: string) => void) | undefined;
  readonly maxMembers?: number | undefined;
  readonly maxItems?: number | undefined;
}

/** A dictionary member with the place of its value in the text. */
export interface MemberSource {
  readonly key: string;
  readonly member: Member;
  readonly start: number;
  readonly end: number;
}

const NONE: Parameters = /* @__PURE__ */ new Map();

class Parser {
  at = 0;
  readonly text: string;
  readonly options: ParseOptions;
  constructor(text: string, options: ParseOptions) {
    this.text = text;
    this.options = options;
  }
  code(): number { return this.text.charCodeAt(this.at); }
  fail(message: string): never { throw new StructuredFieldError(message, this.at); }
  skip(tabs: boolean): void {
    for (let code = this.code(); code === 32 || (tabs && code === 9); code = this.code()) this.at++;
  }
  whole<T>(read: () => T): T {
    this.skip(false);
    const value = read();
    this.skip(false);
    if (this.at < this.text.length) this.fail('trailing text');
    return value;
  }
  key(): string {
    const start = this.at;
    const first = this.code();
    if (!(first >= 97 && first <= 122) && first !== 42) this.fail('expected a key');
    for (let c = first; (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 95 || c === 45 || c === 46 || c === 42; c = this.code()) this.at++;
    return this.text.slice(start, this.at);
  }
  members<T>(read: () => T): T[] {
    const out: T[] = [];
    const max = this.options.maxMembers ?? 1024;
    while (this.at < this.text.length) {
      if (out.length === max) this.fail('too many members');
      out.push(read());
      this.skip(true);
      if (this.at === this.text.length) return out;
      if (this.code() !== 44) this.fail('expected a comma');
      this.at++;
      this.skip(true);
      if (this.at === this.text.length) this.fail('trailing comma');
    }
    return out;
  }
  entry(): MemberSource {
    const key = this.key();
    if (this.code() === 61) {
      const start = ++this.at;
      const member = this.member();
      return { key, member, start, end: this.at };
    }
    const start = this.at;
    const params = this.params();
    return { key, member: { value: true, params }, start, end: this.at };
  }
  member(): Member { return this.code() === 40 ? this.innerList() : this.item(); }
  innerList(): InnerList {
    this.at++;
    const items: Item[] = [];
    const max = this.options.maxItems ?? 1024;
    for (;;) {
      this.skip(false);
      if (this.code() === 41) { this.at++; return { items, params: this.params() }; }
      if (items.length === max) this.fail('too many items');
      items.push(this.item());
      const code = this.code();
      if (code !== 32 && code !== 41) this.fail('expected a space or )');
    }
  }
  item(): Item {
    const start = this.at;
    const value = this.bare();
    const params = this.params();
    return { value, params, start, end: this.at };
  }
  params(): Parameters {
    if (this.code() !== 59) return NONE;
    const out = new Map<string, BareItem>();
    while (this.code() === 59) {
      this.at++;
      this.skip(false);
      const key = this.key();
      let value: BareItem = true;
      if (this.code() === 61) { this.at++; value = this.bare(); }
      if (out.has(key)) this.options.onDuplicate?.('parameter', key);
      out.set(key, value);
    }
    return out;
  }
  bare(): BareItem {
    const code = this.code();
    if (code === 34) return this.string();
    if (code === 45 || (code >= 48 && code <= 57)) return this.number();
    if (code === 58) return this.bytes();
    if (code === 63) return this.boolean();
    if (code === 64) return this.date();
    if (code === 37) return this.display();
    if (code === 42 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return this.token();
    return this.fail('expected an item');
  }
  string(): string {
    let out = '';
    let from = ++this.at;
    for (;;) {
      const code = this.code();
      if (code === 34) { out += this.text.slice(from, this.at++); return out; }
      if (code === 92) {
        out += this.text.slice(from, this.at++);
        const next = this.code();
        if (next !== 34 && next !== 92) this.fail('bad escape');
        from = this.at++;
      } else if (code >= 32 && code <= 126) this.at++;
      else this.fail('bad string');
    }
  }
  number(): number | Decimal {
    const start = this.at;
    if (this.code() === 45) this.at++;
    const first = this.at;
    this.digits();
    const whole = this.at - first;
    if (whole === 0) this.fail('expected a digit');
    if (this.code() !== 46) {
      if (whole > 15) this.fail('integer too long');
      return Number(this.text.slice(start, this.at)) + 0;
    }
    this.at++;
    const dot = this.at;
    this.digits();
    const fraction = this.at - dot;
    if (whole > 12 || fraction < 1 || fraction > 3) this.fail('bad decimal');
    return new Decimal(Number(this.text.slice(start, this.at)) + 0);
  }
  digits(): void { for (let c = this.code(); c >= 48 && c <= 57; c = this.code()) this.at++; }
  token(): Token {
    const start = this.at++;
    while (/[!#$%&'*+\-.^_`|~0-9A-Za-z:/]/.test(this.text.charAt(this.at))) this.at++;
    return new Token(this.text.slice(start, this.at));
  }
  bytes(): Uint8Array {
    const end = this.text.indexOf(':', this.at + 1);
    if (end < 0) this.fail('unclosed byte sequence');
    const value = decodeBase64(this.text.slice(this.at + 1, end));
    if (value === undefined) this.fail('bad base64');
    this.at = end + 1;
    return value as Uint8Array;
  }
  boolean(): boolean {
    const digit = this.text[this.at + 1];
    if (digit !== '0' && digit !== '1') this.fail('bad boolean');
    this.at += 2;
    return digit === '1';
  }
  date(): SfDate {
    this.at++;
    const value = this.number();
    if (typeof value !== 'number') this.fail('bad date');
    return new SfDate(value as number);
  }
  display(): DisplayString {
    if (this.text[this.at + 1] !== '"') this.fail('bad display string');
    this.at += 2;
    const bytes: number[] = [];
    for (;;) {
      const code = this.code();
      this.at++;
      if (code === 34) break;
      if (code === 37) {
        const hex = this.text.slice(this.at, this.at + 2);
        if (!/^[0-9a-f]{2}$/.test(hex)) this.fail('bad escape');
        bytes.push(Number.parseInt(hex, 16));
        this.at += 2;
      } else if (code >= 32 && code <= 126) bytes.push(code);
      else this.fail('bad display string');
    }
    const value = decodeUtf8(Uint8Array.from(bytes));
    if (value === undefined) this.fail('not UTF-8');
    return new DisplayString(value as string);
  }
}

/** Parses an Item. */
export function parseItem(text: string, options: ParseOptions = {}): Item {
  const parser = new Parser(text, options);
  return parser.whole(() => parser.item());
}

/** Parses a List. */
export function parseList(text: string, options: ParseOptions = {}): List {
  const parser = new Parser(text, options);
  return parser.whole(() => parser.members(() => parser.member()));
}

/** Parses a Dictionary's members in their order, a key that occurs twice twice. */
export function parseDictionaryMembers(text: string, options: ParseOptions = {}): readonly MemberSource[] {
  const parser = new Parser(text, options);
  return parser.whole(() => parser.members(() => parser.entry()));
}

/** Parses a Dictionary; the last of equal keys wins, in the place of the first. */
export function parseDictionary(text: string, options: ParseOptions = {}): Dictionary {
  const out = new Map<string, Member>();
  for (const { key, member } of parseDictionaryMembers(text, options)) {
    if (out.has(key)) options.onDuplicate?.('member', key);
    out.set(key, member);
  }
  return out;
}
