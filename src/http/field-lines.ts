/**
 * The lines of a field joined to one value.
 *
 * @see RFC 9421, section 2.1
 * @module
 */

/** Section 2.1: lines are trimmed, folds become one space, and commas join them in order. */
export function combine(lines: readonly string[]): string {
  return lines.length === 1 ? trimLine(lines[0]!) : lines.map(trimLine).join(', ');
}

/** One line without the blanks around it and without folds. */
export function trimLine(line: string): string {
  const text = line.includes('\n') ? unfold(line) : line;
  return isBlank(text.charCodeAt(0)) || isBlank(text.charCodeAt(text.length - 1)) ? trimBlanks(text) : text;
}

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return end - start === text.length ? text : text.slice(start, end);
}

/** An obsolete line fold, and the blanks around it, is one space. A line break without a blank after it is no fold. */
function unfold(line: string): string {
  const parts = line.split('\r\n');
  if (parts.some((part, index) => index > 0 && !isBlank(part.charCodeAt(0)))) return line;
  return parts.map(trimBlanks).join(' ');
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
