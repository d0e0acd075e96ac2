import { type ParseOptions, parseDictionaryMembers } from './parse.ts';
import type { Dictionary, Member } from './value.ts';

/** Parses a Dictionary field; of equal keys the last wins, in the place of the first. @throws {StructuredFieldError} */
export function parseDictionary(text: string, options?: ParseOptions): Dictionary {
  const dictionary = new Map<string, Member>();
  for (const { key, member } of parseDictionaryMembers(text, options)) {
    if (dictionary.has(key)) options?.onDuplicate?.('member', key);
    dictionary.set(key, member);
  }
  return dictionary;
}
