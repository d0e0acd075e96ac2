/**
 * Reading a text from left to right, one piece at a time.
 *
 * Pieces are described by sticky expressions that match in one way only: each costs time linear in its length, and engines
 * read runs of characters in machine code.
 *
 * @module
 */

/** A text and how far it is read. */
export interface Scan {
  readonly text: string;
  at: number;
}

/** Takes what a sticky expression matches here; `''` if that is nothing. */
export function take(scan: Scan, form: RegExp): string {
  const { text, at } = scan;
  form.lastIndex = at;
  if (!form.test(text)) return '';
  scan.at = form.lastIndex;
  return text.slice(at, scan.at);
}

/** Whether this character is next. */
export function sees({ text, at }: Scan, character: string): boolean {
  return text[at] === character;
}

/** Takes this character, if it is next. */
export function takes(scan: Scan, character: string): boolean {
  const seen = sees(scan, character);
  if (seen) scan.at++;
  return seen;
}
