/**
 * Taking a signature base apart again.
 *
 * @see RFC 9421, section 2.5
 * @module
 */

const PARAMS = '"@signature-params"';

/**
 * The lines of a base by identifier.
 *
 * @throws {TypeError} If the text is not one.
 */
export function parseBase(text: string, name: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const end = identifierEnd(line);
    if (end < 0 || lines.has(line.slice(0, end))) throw new TypeError(`${name} is not a signature base`);
    lines.set(line.slice(0, end), line.slice(end + 2));
  }
  if ([...lines.keys()].at(-1) !== PARAMS) throw new TypeError(`${name} is not a signature base`);
  return lines;
}

/** Where the identifier ends: at the first `: ` that no quoted text holds. */
function identifierEnd(line: string): number {
  if (!line.startsWith('"')) return -1;
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index];
    if (quoted && character === '\\') index++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ':' && line[index + 1] === ' ') return index;
  }
  return -1;
}
