import { type ParseOptions, parseDictionaryMembers } from './parse.ts';
import { fail } from './scanner.ts';
import type { Dictionary, Member } from './value.ts';

/** Parses a Dictionary field; of equal keys the last wins, in the place of the first. @throws {SyntaxError} */
export function parseDictionary(text: string, options?: ParseOptions): Dictionary {
  const dictionary = new Map<string, Member>();
  for (const { key, member, end } of parseDictionaryMembers(text, options)) {
    if (options?.unique && dictionary.has(key)) fail({ text, at: end }, 'a member twice');
    dictionary.set(key, member);
  }
  return dictionary;
}
