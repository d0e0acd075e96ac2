/**
 * Places within a JSON value, for those who have to find what was refused.
 *
 * @see RFC 6901
 * @module
 */

/** The deepest nesting that may be asked for: every engine's stack holds it, QuickJS's too. */
export const DEEPEST = 512;

/**
 * The JSON Pointer of a path of member names and indices, as error messages show it: quoted and escaped, and short,
 * whatever a peer called its members. `""` is the whole value.
 */
export function quotePointer(path: readonly (string | number)[]): string {
  const pointer = path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return JSON.stringify(pointer.slice(0, 200));
}

/** What is wrong with a JSON text; each is a code of `VerificationError` too. */
export type JsonErrorCode =
  | 'payload_malformed'
  | 'payload_duplicate_member'
  | 'payload_lone_surrogate'
  | 'payload_number_inexact'
  | 'payload_proto_member'
  | 'payload_too_deep';

/** What each says, and where. */
const PROBLEMS: Readonly<Record<JsonErrorCode, string>> = {
  payload_malformed: 'no valid JSON',
  payload_duplicate_member: 'a name that occurs twice',
  payload_lone_surrogate: 'half a character in a text',
  payload_number_inexact: 'a number that would lose digits (send it as a text)',
  payload_proto_member: 'a member that is called __proto__',
  payload_too_deep: 'nesting that is too deep',
};

/** A JSON text that two parsers could read differently: a TypeError to who wrote it, a refusal with the same code to who received it. */
export class JsonError extends TypeError {
  override readonly name = 'JsonError';
  readonly code: JsonErrorCode;
  /** Where, as `quotePointer` writes it. */
  readonly pointer: string;
  /** What is wrong and where, never a value: for who received it. */
  readonly detail: string;

  constructor(code: JsonErrorCode, path: readonly (string | number)[], problem: string = PROBLEMS[code]) {
    const pointer = quotePointer(path);
    super(`JSON cannot carry this exactly: ${code.slice('payload_'.length).replaceAll('_', ' ')} at ${pointer}`);
    this.code = code;
    this.pointer = pointer;
    this.detail = `${problem} at ${pointer}`;
  }
}
