/**
 * Heads of messages that are hard on whoever verifies them: every kind of component, and every part of a head that can be
 * large. What they claim is signed by nobody.
 */
import { fill, numbered, repeat } from './fill.ts';

/** A head, apart from the fields of its signature. */
export interface Head {
  /** What the signature covers besides what every signature must, as identifiers. */
  readonly covered: readonly string[];
  readonly target?: string | undefined;
  readonly authority?: string | undefined;
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
  /** More text behind the parameters of the signature. */
  readonly params?: string | undefined;
  /** More members of Signature-Input and Signature. */
  readonly others?: readonly [input: string, signature: string] | undefined;
}

/** Makes a head of about so many bytes. */
export type MakeHead = (bytes: number) => Head;

/** With the four that are always covered, as many components as the limit lets through. */
const COUNT = 28;
const LINE = 7 * 1024;

/** What takes more than a field line may hold, in several of them. */
function lines(name: string, bytes: number, make: (bytes: number) => string): readonly (readonly [string, string])[] {
  const count = Math.ceil(bytes / LINE);
  return Array.from({ length: count }, () => [name, make(Math.floor(bytes / count) - name.length - 4)] as const);
}

const params = numbered(COUNT, (index) => `"@query-param";name="a${index}"`);
const pairs = numbered(COUNT, (index) => `a${index}=1`).join('&');

/** Every parameter covered by itself, of a query that has this besides. */
const queryParams =
  (rest: (bytes: number) => string, covered = params): MakeHead =>
  (bytes) => ({ covered, target: `/?${pairs}&${rest(bytes - pairs.length - 900)}` });

const queryParamHeads: Readonly<Record<string, MakeHead>> = {
  'one long value': queryParams((bytes) => repeat(bytes, 'x')),
  'one long value of escapes': queryParams((bytes) => repeat(bytes, '%c3%a9')),
  'escapes that are none': queryParams((bytes) => repeat(bytes, '%zz')),
  'percent signs': queryParams((bytes) => repeat(bytes, '%')),
  'plus signs': queryParams((bytes) => repeat(bytes, '+')),
  'names without a value': queryParams((bytes) => repeat(bytes, 'a&')),
  'empty pairs': queryParams((bytes) => repeat(bytes, '&')),
  'short pairs': queryParams((bytes) => fill(bytes, (index) => `_${index.toString(36)}=&`)),
  'pairs of escapes': queryParams((bytes) => repeat(bytes, '%61%62=%63&')),
  'equals signs': queryParams((bytes) => repeat(bytes, '=')),
  'the last name absent': queryParams((bytes) => repeat(bytes, 'a&'), [...params.slice(1), '"@query-param";name="absent"']),
  'names of escapes': (bytes) => {
    const names = numbered(COUNT, (index) => `%C3%A9${index}`);
    return {
      covered: names.map((name) => `"@query-param";name="${name}"`),
      target: `/?${names.map((name) => `${name}=%C3%A9`).join('&')}&${repeat(bytes - 2000, '%61&')}`,
    };
  },
};

const members = numbered(COUNT, (index) => `"x-dict";key="k${index}"`);
const dictionary = numbered(COUNT, (index) => `k${index}=1`).join(', ');

/** Every member covered by itself, of a dictionary that has this besides. */
const keys =
  (more: (index: number) => string): MakeHead =>
  (bytes) => ({
    covered: members,
    fields: [['x-dict', dictionary], ...lines('x-dict', bytes - 1100, (size) => fill(size, more).replace(/,\s*$/, ''))],
  });

/** A name of a member, long enough that what fits into a head is within the limit of members. */
const member = (index: number): string => `m${String(index).padStart(12, '0')}`;

const keyHeads: Readonly<Record<string, MakeHead>> = {
  'more members than are read': keys((index) => `m${index.toString(36)},`),
  'many members': keys((index) => `${member(index)}=1,`),
  'equal members': keys(() => `${member(0)}=1,`),
  'inner lists': keys((index) => `${member(index)}=(1 2 3),`),
  'long inner lists': keys((index) => `${member(index)}=(${repeat(440, '1 ')}),`),
  'empty inner lists': keys((index) => `${member(index)}=(),`),
  parameters: keys((index) => `${member(index)};a;b;c,`),
  'long parameters': keys((index) => `${member(index)}${fill(440, (number) => `;p${number}`)},`),
  'byte sequences': keys((index) => `${member(index)}=:AAAA:,`),
  strings: keys((index) => `${member(index)}="\\\\\\"",`),
  'display strings': keys((index) => `${member(index)}=%"%c3%a9",`),
  decimals: keys((index) => `${member(index)}=1.125,`),
  'dates and tokens': keys((index) => `${member(index)}=${index % 2 ? '@1' : 't/t'},`),
  'one long string': (bytes) => ({
    covered: members,
    fields: [['x-dict', dictionary], ...lines('x-dict', bytes - 1100, (size) => `s="${repeat(size - 6, 'x')}"`)],
  }),
  'one member a line': (bytes) => ({
    covered: members,
    fields: [['x-dict', dictionary], ...numbered(Math.floor((bytes - 1100) / 23), member).map((member) => ['x-dict', member] as const)],
  }),
  'a dictionary for each': (bytes) => {
    const names = numbered(COUNT, (index) => `x-d${index}`);
    return {
      covered: names.map((name) => `"${name}";key="k"`),
      fields: names.map((name) => [name, `k, ${fill((bytes - 1100) / COUNT - 16, (index) => `m${index},`).slice(0, -1)}`] as const),
    };
  },
};

const listed = numbered(COUNT, (index) => `x-list${index}`);

/** Every one of many fields, written anew as a list. */
const lists =
  (part: (index: number) => string): MakeHead =>
  (bytes) => ({
    covered: listed.map((name) => `"${name}";sf`),
    fields: listed.map((name) => [name, fill((bytes - 1100) / COUNT - 14, part).replace(/,\s*$/, '')] as const),
  });

const sfHeads: Readonly<Record<string, MakeHead>> = {
  numbers: lists(() => '1,'),
  decimals: lists(() => '1.10,'),
  tokens: lists(() => 'a,'),
  'inner lists': lists(() => '(1 2),'),
  parameters: lists((index) => `1;p${index.toString(36)},`),
  strings: lists(() => '"\\\\",'),
  'byte sequences': lists(() => ':AA==:,'),
  'display strings': lists(() => '%"%c3%a9",'),
  'one long list': (bytes) => ({
    covered: ['"x-list0";sf'],
    fields: lines('x-list0', bytes - 400, (size) => repeat(size, '111111111111111,').slice(0, -1)),
  }),
  'one long dictionary': (bytes) => ({
    covered: ['"x-dict";sf'],
    fields: lines('x-dict', bytes - 400, (size) => fill(size, (index) => `${member(index)}=1,`).slice(0, -1)),
  }),
};

const plain = numbered(COUNT, (index) => `x-plain${index}`);
const inLines =
  (covered: readonly string[], names: readonly string[]): MakeHead =>
  (bytes) => ({
    covered,
    fields: numbered(Math.floor((bytes - 1300) / (names[0]!.length + 5)), (index) => names[index % names.length]!).map(
      (name) => [name, 'a'] as const,
    ),
  });

const fieldHeads: Readonly<Record<string, MakeHead>> = {
  '28 long fields': (bytes) => ({
    covered: plain.map((name) => `"${name}"`),
    fields: plain.map((name) => [name, repeat((bytes - 1100) / COUNT - 14, 'x')] as const),
  }),
  '28 fields of many lines': inLines(
    plain.map((name) => `"${name}"`),
    plain,
  ),
  '28 fields of many lines, as bytes': inLines(
    plain.map((name) => `"${name}";bs`),
    plain,
  ),
  '28 fields from trailers': inLines(
    plain.map((name) => `"${name}";tr`),
    plain,
  ),
  'one field of many lines': inLines(['"x"'], ['x']),
  'one field of many lines, as bytes': inLines(['"x";bs'], ['x']),
  'lines that are not covered': inLines([], ['y']),
  'blanks around values': (bytes) => ({
    covered: plain.map((name) => `"${name}"`),
    fields: plain.map((name) => [name, `x${repeat((bytes - 1100) / COUNT - 16, ' ')}x`] as const),
  }),
  'lines of blanks': (bytes) => ({ covered: ['"x"'], fields: lines('x', bytes - 400, (size) => `x${repeat(size - 3, '\t ')}x`) }),
  'lines of commas': (bytes) => ({ covered: ['"x"'], fields: lines('x', bytes - 400, (size) => repeat(size, ' ,')) }),
  'a Content-Type of quotes and commas': (bytes) => ({
    covered: ['"content-type"'],
    fields: [
      ['content-type', `a/b;c="${repeat(Math.min(bytes, LINE), '\\",')}"`],
      ...lines('x', bytes - LINE - 400, (size) => repeat(size, 'x')),
    ],
  }),
  'a Content-Digest of many algorithms': (bytes) => ({
    covered: ['"content-digest"'],
    fields: lines('content-digest', bytes - 400, (size) => fill(size, (index) => `${member(index)}=:AAAA:,`).slice(0, -1)),
  }),
};

const derivedHeads: Readonly<Record<string, MakeHead>> = {
  'a long path': (bytes) => ({ covered: ['"@target-uri"', '"@request-target"'], target: repeat(bytes - 500, '/a') }),
  'a path of escapes': (bytes) => ({ covered: ['"@target-uri"', '"@request-target"'], target: `/${repeat(bytes - 500, '%c3%a9')}` }),
  'a path of dots': (bytes) => ({ covered: ['"@target-uri"'], target: `/${repeat(bytes - 500, 'a./')}` }),
  'a query of nothing': (bytes) => ({ covered: ['"@target-uri"', '"@request-target"'], target: `/?${repeat(bytes - 500, 'a&')}` }),
  'a query of escapes': (bytes) => ({ covered: ['"@target-uri"', '"@request-target"'], target: `/?${repeat(bytes - 500, '%61=%62&')}` }),
  'a long authority': (bytes) => ({ covered: [], authority: `${repeat(bytes - 500, 'A.')}example` }),
};

const signatureHeads: Readonly<Record<string, MakeHead>> = {
  'many signature parameters': (bytes) => ({
    covered: [],
    params: fill(Math.min(bytes, LINE), (index) => (index < 50 ? `;p${index}="${'x'.repeat(LINE / 60)}"` : ''.padEnd(LINE))),
    fields: lines('x', bytes - LINE - 400, (size) => repeat(size, 'x')),
  }),
  'a long signature parameter': (bytes) => ({
    covered: [],
    params: `;p="${repeat(Math.min(bytes, LINE), '\\\\')}"`,
    fields: lines('x', bytes - LINE - 400, (size) => repeat(size, 'x')),
  }),
  'three other signatures': (bytes) => {
    const inputs = numbered(
      3,
      (label) =>
        `o${label}=(${fill(Math.min(bytes / 8, 2048), (index) => `"${index.toString(36)}" `)
          .split(' ')
          .slice(0, 32)
          .join(' ')});tag="o${label}"`,
    );
    return {
      covered: [],
      others: [inputs.join(', '), numbered(3, (label) => `o${label}=:${repeat(2000, 'AAAA')}:`).join(', ')],
      fields: lines('x', bytes - 9000, (size) => repeat(size, 'x')),
    };
  },
};

const named = (kind: string, heads: Readonly<Record<string, MakeHead>>) =>
  Object.entries(heads).map(([name, make]) => [`${kind}: ${name}`, make] as const);

/** Those of requests, and which of them a response can have as well. */
export const fieldCases: ReadonlyMap<string, MakeHead> = new Map([
  ...named('28 ;key', keyHeads),
  ...named(';sf', sfHeads),
  ...named('fields', fieldHeads),
  ...named('signature', signatureHeads),
]);

/** All of them. */
export const headCases: ReadonlyMap<string, MakeHead> = new Map([
  ...named('28 @query-param', queryParamHeads),
  ...fieldCases,
  ...named('target', derivedHeads),
]);

/** The structured types that `;sf` needs to know here. */
export const fieldTypes: Readonly<Record<string, 'list' | 'dictionary'>> = {
  'x-dict': 'dictionary',
  ...Object.fromEntries(listed.map((name) => [name, 'list' as const])),
};
