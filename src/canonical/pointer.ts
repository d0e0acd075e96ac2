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

/** A JSON text that two parsers could read differently: a TypeError to who wrote it, a refusal with the same code to who received it. */
export class JsonError extends TypeError {
  override readonly name = 'JsonError';
  readonly code: JsonErrorCode;
  /** Where, as `quotePointer` writes it. */
  readonly pointer: string;

  constructor(code: JsonErrorCode, path: readonly (string | number)[]) {
    const pointer = quotePointer(path);
    super(`JSON cannot carry this exactly: ${code.slice('payload_'.length).replaceAll('_', ' ')} at ${pointer}`);
    this.code = code;
    this.pointer = pointer;
  }
}
