/**
 * The place of a parser in a structured field, and what every production of RFC 9651 needs: looking, skipping, failing.
 *
 * Every step moves forward, so that a parse costs time linear in its text.
 *
 * @module
 */

/** A text is not the structured field it should be, or exceeds a limit. */
export class StructuredFieldError extends SyntaxError {
  override readonly name = 'StructuredFieldError';
  /** The index in the text at which it went wrong. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} at index ${position}`);
    this.position = position;
  }
}

/** How a structured field is parsed. The default limits are the least that RFC 9651 wants every parser to take. */
export interface ParseOptions {
  /**
   * Told of a key that occurs again. RFC 9651 lets the last value win, in the place of the first; who cannot have that
   * throws here.
   */
  readonly onDuplicate?: ((kind: 'member' | 'parameter', key: string) => void) | undefined;
  /** Characters of the text. Default: 65536. */
  readonly maxLength?: number | undefined;
  /** Members of a List or Dictionary. Default: 1024. */
  readonly maxMembers?: number | undefined;
  /** Items of one inner list. Default: 256. */
  readonly maxItems?: number | undefined;
  /** Parameters of one item or inner list. Default: 256. */
  readonly maxParameters?: number | undefined;
}

/** A text, how far it is read, and the options. */
export interface Scanner {
  readonly text: string;
  at: number;
  readonly options: ParseOptions;
}

/** Fails at the present place. */
export function fail(scanner: Scanner, message: string): never {
  throw new StructuredFieldError(message, scanner.at);
}

/** The next character code; -1 at the end. (`charCodeAt` beyond the end is slow.) */
export function peek({ text, at }: Scanner): number {
  return at < text.length ? text.charCodeAt(at) : -1;
}

/** Skips spaces. */
export function skipSpaces(scanner: Scanner): void {
  while (peek(scanner) === 0x20) scanner.at++;
}

/** Skips spaces and tabs. */
export function skipBlanks(scanner: Scanner): void {
  for (let code = peek(scanner); code === 0x20 || code === 0x09; code = peek(scanner)) scanner.at++;
}

/** The classes of characters, as bits. */
export const KEY = 1;
export const KEY_START = 2;
export const TOKEN = 4;
export const TOKEN_START = 8;

const CLASSES = /* @__PURE__ */ classify();

function classify(): Uint8Array {
  const classes = new Uint8Array(128);
  const add = (bits: number, characters: string) => {
    for (const character of characters) classes[character.charCodeAt(0)]! |= bits;
  };
  add(KEY | KEY_START | TOKEN | TOKEN_START, 'abcdefghijklmnopqrstuvwxyz*');
  add(KEY | TOKEN, '0123456789_-.');
  add(TOKEN | TOKEN_START, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  add(TOKEN, "!#$%&'+^`|~:/");
  return classes;
}

/** Reads a run of characters of one class whose first is also of another; `undefined` if the first is not. */
export function readRun(scanner: Scanner, start: number, rest: number): string | undefined {
  const { text, at } = scanner;
  if (at >= text.length || !(CLASSES[text.charCodeAt(at)]! & start)) return undefined;
  let end = at + 1;
  while (end < text.length && CLASSES[text.charCodeAt(end)]! & rest) end++;
  scanner.at = end;
  return text.slice(at, end);
}
