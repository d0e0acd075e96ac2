/**
 * Parsing of structured fields: the text of a field in, its values out, with the place of each in the text.
 *
 * One pass, no backtracking, bounded: what a peer sends costs time linear in its length.
 *
 * @see RFC 9651, section 4.2
 * @module
 */

import { sees, takes } from '../internal/scan.ts';
import { fail, type ParseOptions, readBareItem, readKey, readParameters, type Scanner, skipBlanks, skipSpaces } from './parse-item.ts';
import type { Dictionary, InnerList, Item, List, Member } from './value.ts';

/** A member of a Dictionary and where its value stands: after `key=`, or after `key` if it has none. */
export interface MemberSource {
  readonly key: string;
  readonly member: Member;
  readonly start: number;
  readonly end: number;
}

/** Parses an Item field. @throws {ComponentError} */
export function parseItem(text: string, options?: ParseOptions): Item {
  return parseField(text, options, readItem);
}

/** Parses a List field; field lines are joined with a comma before. @throws {ComponentError} */
export function parseList(text: string, options?: ParseOptions): List {
  return parseField(text, options, (scanner) => readMembers(scanner, readMember));
}

/**
 * Parses a Dictionary field into its members as they stand, equal keys included, also if `unique`.
 *
 * @throws {ComponentError}
 */
export function parseDictionaryMembers(text: string, options?: ParseOptions): readonly MemberSource[] {
  return parseField(text, options, (scanner) => readMembers(scanner, readEntry));
}

/** Parses a whole text by what reads its parts. Blanks around are none of it (section 4.2). */
function parseField<T>(text: string, options: ParseOptions = {}, read: (scanner: Scanner) => T): T {
  const scanner: Scanner = { text, at: 0, options };
  if (text.length > (options.maxLength ?? 65536)) fail(scanner, 'too long');
  skipSpaces(scanner);
  const value = read(scanner);
  skipSpaces(scanner);
  if (scanner.at < text.length) fail(scanner, 'expected the end');
  return value;
}

/** Sections 4.2.1 and 4.2.2: members between commas. */
function readMembers<T>(scanner: Scanner, read: (scanner: Scanner) => T): T[] {
  const { text } = scanner;
  const { maxMembers = 1024 } = scanner.options;
  const members: T[] = [];
  if (scanner.at === text.length) return members;
  for (;;) {
    if (members.length >= maxMembers) fail(scanner, 'too many members');
    members.push(read(scanner));
    skipBlanks(scanner);
    if (scanner.at === text.length) return members;
    if (!takes(scanner, ',')) fail(scanner, 'expected a comma');
    skipBlanks(scanner);
  }
}

function readEntry(scanner: Scanner): MemberSource {
  const key = readKey(scanner);
  const hasValue = takes(scanner, '=');
  const start = scanner.at;
  const member = hasValue ? readMember(scanner) : { value: true, params: readParameters(scanner), start, end: scanner.at };
  return { key, member, start, end: scanner.at };
}

function readMember(scanner: Scanner): Member {
  return takes(scanner, '(') ? readInnerList(scanner) : readItem(scanner);
}

/** Section 4.2.1.2. */
function readInnerList(scanner: Scanner): InnerList {
  const { maxItems = 256 } = scanner.options;
  const items: Item[] = [];
  for (;;) {
    skipSpaces(scanner);
    if (takes(scanner, ')')) return { items, paramsStart: scanner.at, params: readParameters(scanner) };
    if (items.length >= maxItems) fail(scanner, 'too many items');
    items.push(readItem(scanner));
    if (!sees(scanner, ' ') && !sees(scanner, ')')) fail(scanner, 'expected a space or )');
  }
}

/** Section 4.2.3. */
function readItem(scanner: Scanner): Item {
  const start = scanner.at;
  const value = readBareItem(scanner);
  const params = readParameters(scanner);
  return { value, params, start, end: scanner.at };
}

/** Parses a Dictionary field; of equal keys the last wins, in the place of the first. @throws {ComponentError} */
export function parseDictionary(text: string, options?: ParseOptions): Dictionary {
  const dictionary = new Map<string, Member>();
  for (const { key, member, end } of parseDictionaryMembers(text, options)) {
    if (options?.unique && dictionary.has(key)) fail({ text, at: end }, 'a member twice');
    dictionary.set(key, member);
  }
  return dictionary;
}
