/** Queries, JSON and form fields that are hard on whoever verifies them, each of about so many bytes. */
import { fill, numbered, repeat } from './fill.ts';

/** Queries of signed URLs, without the signature. */
export const queries: Readonly<Record<string, (bytes: number) => string>> = {
  'names without a value': (bytes) => repeat(bytes, 'a&'),
  'empty pairs': (bytes) => repeat(bytes, '&'),
  'short pairs': (bytes) => fill(bytes, (index) => `${index.toString(36)}=&`),
  'one long value': (bytes) => `a=${repeat(bytes - 3, 'x')}&`,
  escapes: (bytes) => `a=${repeat(bytes - 3, '%c3%a9')}&`,
  'pairs of escapes': (bytes) => repeat(bytes, '%61%62=%63&'),
  'percent signs': (bytes) => `a=${repeat(bytes - 3, '%')}&`,
  'equals signs': (bytes) => `${repeat(bytes - 1, '=')}&`,
  'question marks': (bytes) => `${repeat(bytes - 1, '?')}&`,
  'ignored names': (bytes) => repeat(bytes, 'utm_source=x&'),
  'names that are nearly ours': (bytes) => repeat(bytes, 'signature-inpu=&'),
  'names that are ours in escapes': (bytes) => repeat(bytes, '%73ignatur=&'),
};

/** Queries with many spellings: at most 1,000 pairs, blanks and empty values among them. */
export const respelledQueries: Readonly<Record<string, (bytes: number) => string>> = {
  'blanks and empty values': (bytes) => `a=&${repeat(bytes - 3, '+')}`,
  'escaped blanks and empty values': (bytes) => `a=&${repeat(bytes - 3, '%20')}`,
  'a thousand pairs': (bytes) => fill(bytes, (index) => (index < 990 ? `${index.toString(36)}+=&` : 'z')),
  'characters that are escaped': (bytes) => `a=&b=+${repeat(bytes - 6, ':')}`,
  'escapes of letters': (bytes) => `a=&b=+${repeat(bytes - 6, '%41')}`,
};

/** JSON values. */
export const jsonValues: Readonly<Record<string, (bytes: number) => string>> = {
  members: (bytes) => `{${fill(bytes - 8, (index) => `"k${index}":1,`)}"z":1}`,
  'members in no order': (bytes) => `{${fill(bytes - 8, (index) => `"${((index * 7919) % 9973).toString(36)}-${index}":1,`)}"z":1}`,
  'indices downwards': (bytes) => `{${fill(bytes - 8, (index) => `"${99_999_999 - index}":1,`)}"z":1}`,
  'a member twice, at the end': (bytes) => `{${fill(bytes - 20, (index) => `"k${index}":1,`)}"z":1,"z":1}`,
  'long names': (bytes) => `{${fill(bytes - 8, (index) => `"${'x'.repeat(200)}${index}":1,`)}"z":1}`,
  'small objects': (bytes) => `[${repeat(bytes - 4, '{"a":1},')}0]`,
  'empty lists': (bytes) => `[${repeat(bytes - 4, '[],')}0]`,
  'deep lists': (bytes) => `[${repeat(bytes - 4, `${'['.repeat(50)}${']'.repeat(50)},`)}0]`,
  'whole numbers': (bytes) => `[${repeat(bytes - 4, '1,')}0]`,
  'numbers with an exponent': (bytes) => `[${repeat(bytes - 4, '10e-1,')}0]`,
  'numbers with zeros behind': (bytes) => `[${repeat(bytes - 4, '1.50,')}0]`,
  'numbers of 17 digits': (bytes) => `[${repeat(bytes - 4, '0.30000000000000004,')}0]`,
  'numbers of many zeros': (bytes) => `[${repeat(bytes - 4, `0.1${'0'.repeat(60)},`)}0]`,
  'numbers spelled oddly': (bytes) => `[${fill(bytes - 4, (index) => `${index % 1000}.${'0'.repeat(1 + (index % 5))}e${index % 3},`)}0]`,
  'small and large numbers': (bytes) => `[${repeat(bytes - 4, '5e-324,1.7976931348623157e308,')}0]`,
  'one long number': (bytes) => `[1.5${repeat(bytes - 6, '0')}]`,
  escapes: (bytes) => `"${repeat(bytes - 2, '\\u0061')}"`,
  'pairs of surrogates': (bytes) => `"${repeat(bytes - 2, '\\ud83d\\ude00')}"`,
  'control characters': (bytes) => `"${repeat(bytes - 2, '\\u0001')}"`,
  'names of escapes': (bytes) => `{${fill(bytes - 8, (index) => `"\\u0061${index}":1,`)}"z":1}`,
  'one long text': (bytes) => `"${repeat(bytes - 2, 'x')}"`,
  'short texts': (bytes) => `[${repeat(bytes - 4, '"a",')}0]`,
  blanks: (bytes) => `[${repeat(bytes - 3, ' ')}0]`,
  'beyond ASCII': (bytes) => `"${'\u{1f600}'.repeat((bytes - 2) / 4)}"`,
};

type Pair = [string, string];

/** Form fields. */
export const forms: Readonly<Record<string, (bytes: number) => Pair[]>> = {
  'short fields': (bytes) => numbered(bytes / 6, (index) => index.toString(36)).map((name): Pair => [name, '']),
  'fields in no order': (bytes) => numbered(bytes / 12, (index) => `${(index * 7919) % 9973}-${index}`).map((name): Pair => [name, 'x']),
  'one long field': (bytes) => [['a', repeat(bytes, 'x')]],
  'one long field of separators': (bytes) => [['a', repeat(bytes, '&=')]],
  'one long field beyond ASCII': (bytes) => [['a', '\u{1f600}'.repeat(bytes / 4)]],
  'a name twice, at the end': (bytes) => [...numbered(bytes / 8, (index) => `k${index}`), 'z', 'z'].map((name): Pair => [name, '']),
};
