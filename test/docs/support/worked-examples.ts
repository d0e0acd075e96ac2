/**
 * The worked examples of `docs/reference/wire-format.md`: fences marked `text example=NAME part=PART`.
 *
 * @module
 */

import type { FieldLines } from '../../../src/rfc9421/message.ts';

/** The parts of an example, by name; a fence without a part is the part `values`. */
export type Example = ReadonlyMap<string, string>;

const FENCE = /^```text example=([a-z0-9-]+)(?: part=([a-z]+))?\n([\s\S]*?)\n```$/gm;

/** The examples of a page. The last line of a fence has no end. */
export function parseExamples(markdown: string): ReadonlyMap<string, Example> {
  const examples = new Map<string, Map<string, string>>();
  for (const [, name = '', part = 'values', text = ''] of markdown.matchAll(FENCE)) {
    const example = examples.get(name) ?? new Map<string, string>();
    if (example.has(part)) throw new SyntaxError(`the example ${name} has ${part} twice`);
    examples.set(name, example.set(part, text));
  }
  return examples;
}

/** Lines of `name: value`. */
export function parseLines(text: string): FieldLines {
  return text.split('\n').map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)] as const;
  });
}

/** An HTTP message as text: start line, fields, an empty line, content. */
export function parseMessage(text: string): { readonly start: readonly string[]; readonly fields: FieldLines; readonly body: Uint8Array } {
  const empty = text.indexOf('\n\n');
  const [head, content] = empty < 0 ? [text.trimEnd(), ''] : [text.slice(0, empty), text.slice(empty + 2)];
  const [start = '', ...lines] = head.split('\n');
  return { start: start.split(' '), fields: parseLines(lines.join('\n')), body: new TextEncoder().encode(content) };
}
