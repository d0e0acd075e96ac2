/**
 * Values that break whoever glues texts together instead of encoding them.
 *
 * @module
 */

/** By what they try. The last one is 100 KB. */
export const hostileValues: Readonly<Record<string, string>> = {
  empty: '',
  separators: 'goldcoins|10&amount=10000',
  'a second parameter': '&signature=sig=:AAAA:&payload=x',
  'a percent sign': '100%, 50%25, %zz, %',
  'a plus': '1+1 = 2 +%2B',
  'double quotes and backslashes': '"quoted" \\" \\\\ \\u0041 \\',
  'single quotes and backticks': `it's \`id\` $(id) $HOME 'x'`,
  'line feeds': 'one\ntwo\n\nthree\n',
  'carriage returns': 'one\r\ntwo\rthree\r\n',
  'a forged line': 'x\n"@signature-params": ("content-digest");created=1',
  'surrounding spaces': '  \t padded \t  ',
  nfc: 'J\u00e9r\u00f4me \u00c5ngstr\u00f6m \uac00',
  nfd: 'Je\u0301ro\u0302me A\u030angstro\u0308m \u1100\u1161',
  emoji: '\u{1f600} \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f \u{1f3f3}\ufe0f\u200d\u{1f308}',
  'line separators and a byte order mark': '\ufeffa\u2028b\u2029c\u0085d\ufeff',
  'control characters': '\u0001\u0000\u0008\u000b\u000c\u001b\u001f\u007f',
  markup: '</script><!-- &amp; &#10; -->',
  'looks like something else': 'null',
  'an integer': '9007199254740993',
  'beyond the basic plane': '\ud7ff\ue000\uffff\u{10000}\u{10ffff}',
  '100 KB': '\u{1f600}|&=%+"\\\n\u00e9e\u0301 '.repeat(5000).slice(0, 100_000),
};

/** The same in three values, where the others are tried one by one already. */
export const combinedValues: Readonly<Record<string, string>> = {
  nothing: '',
  'everything at once': Object.values(hostileValues)
    .filter((value) => value.length < 1000)
    .join('|'),
  '100 KB': hostileValues['100 KB']!,
};

/** As a browser submits it: every line break of a form field is CRLF. */
export function asFormValue(text: string): string {
  return text.replaceAll(/\r\n?|\n/g, '\r\n');
}

/** All values at once, as fields; the long one only as a value. */
export function hostileFields(): [name: string, value: string][] {
  const values = Object.values(hostileValues).map(asFormValue);
  return values.map((value, index) => [value.length > 1000 ? 'long' : value, values[(index + 7) % values.length]!]);
}

/** The order of names with these depends on whether it is that of UTF-8 or of UTF-16. */
const UNORDERED = /[\ud800-\uffff]/;

/** All values at once, as JSON: names, texts, nesting, and the numbers that every language can carry. */
export function hostileObject(sortsBytes = false): Record<string, unknown> {
  const entries = Object.values(hostileValues).map((value): [string, unknown] => [
    value.length > 1000 ? 'long' : sortsBytes && UNORDERED.test(value) ? 'one of them' : value,
    value,
  ]);
  return {
    ...Object.fromEntries(entries),
    // UTF-16 order and code point order differ here.
    order: { ...(sortsBytes ? {} : { '\u{1f600}': 1, '\ufb33': 2 }), '\u20ac': 3, é: 4, a: 5, Z: 6, '10': 7, '9': 8, '': 9 },
    numbers: [0, -1, 1, 10, 4294967296, 9007199254740991, -9007199254740991],
    others: [true, false, null, {}, [], [[]], [{}], { a: {} }],
    deep: JSON.parse(`${'['.repeat(40)}1${']'.repeat(40)}`) as unknown,
  };
}
