/**
 * A signature base as a list of lines, the differing ones marked.
 */
import { explainMismatch } from 'countersign/explain';

/** What the refusal is about when all lines agree: a parameter of the signature. */
const POINTS: Readonly<Record<string, string>> = {
  nonce_replayed: 'nonce',
  expired: 'created',
  subject_mismatch: 'subject',
  audience_mismatch: 'audience',
};

const WORD = /[\w+/]/;

/** Shows a base; where the bank's is another, both versions of the lines that differ. */
export function showBase(list: HTMLElement, code: string | undefined, signed: string, received = signed): void {
  const { differences } = explainMismatch({ signed, received });
  const byComponent = new Map(differences.map((difference) => [difference.component, difference]));
  list.replaceChildren(
    ...signed.split('\n').flatMap((line) => {
      const [component, value] = splitLine(line);
      const difference = byComponent.get(component);
      if (difference === undefined) return [lineOf(component, '', pointAt(value, POINTS[code ?? '']))];
      const other = difference.received ?? '';
      return [lineOf(component, 'signed', markChange(value, other)), lineOf(component, 'arrived', markChange(other, value))];
    }),
  );
}

/** What to say of the two bases. */
export function describeBase(code: string | undefined, signed: string | undefined, received = signed): string {
  if (signed === undefined || received === undefined) return 'Nothing was signed, so there is none here.';
  const { differences } = explainMismatch({ signed, received });
  if (differences.length > 0) return differences.map(({ component, cause }) => `${component} differs. ${cause}`).join(' ');
  const point = POINTS[code ?? ''];
  return point === undefined ? 'No line differs.' : `No line differs. The bank refuses the ${point}.`;
}

function splitLine(line: string): readonly [component: string, value: string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}

function lineOf(component: string, side: 'signed' | 'arrived' | '', value: readonly (string | Node)[]): HTMLElement {
  const item = document.createElement('li');
  const name = element('b', component);
  if (side === '') {
    item.append(name, ': ', ...value);
    return item;
  }
  item.className = side;
  const content = document.createElement(side === 'signed' ? 'del' : 'ins');
  content.append(name, ': ', ...value);
  item.append(element('span', side), content);
  return item;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** The value with the words marked that the other one does not have. */
function markChange(value: string, other: string): readonly (string | Node)[] {
  const shorter = Math.min(value.length, other.length);
  let start = 0;
  while (start < shorter && value[start] === other[start]) start++;
  while (start > 0 && WORD.test(value[start - 1]!)) start--;
  let end = 0;
  while (end < shorter - start && value.at(-1 - end) === other.at(-1 - end)) end++;
  while (end > 0 && WORD.test(value.at(-end)!)) end--;
  const stop = value.length - end;
  return start === stop ? [value] : [value.slice(0, start), element('mark', value.slice(start, stop)), value.slice(stop)];
}

/** The value with one parameter marked. */
function pointAt(value: string, parameter: string | undefined): readonly (string | Node)[] {
  const found = parameter === undefined ? null : new RegExp(`;(${parameter}=("[^"]*"|[0-9]+))`).exec(value);
  if (found === null) return [value];
  const start = found.index + 1;
  const text = found[1] ?? '';
  return [value.slice(0, start), element('mark', text), value.slice(start + text.length)];
}
