/**
 * Form fields that break whoever glues texts together. Page and server sign the same ones.
 *
 * @module
 */

/** A field by what it tries. */
export interface HostileField {
  readonly tries: string;
  readonly name: string;
  readonly value: string;
}

const value = (tries: string, text: string): HostileField => ({ tries, name: 'note', value: text });
const named = (name: string): HostileField => ({ tries: `the name ${JSON.stringify(name)}`, name, value: '10' });

/** What a form's fields carry whatever its encoding. */
export const hostileFields: readonly HostileField[] = [
  value('empty', ''),
  value('line breaks', 'one\r\ntwo\r\n\r\nthree\r\n'),
  value('a line break first', '\r\none'),
  value('a forged line', 'x\r\n"@signature-params": ("content-digest");created=1'),
  value('a forged part', 'x\r\n--\r\nContent-Disposition: form-data; name="amount"\r\n\r\n10000'),
  value('quotes', `"double" 'single' \`back\` \\`),
  value('separators', 'goldcoins|10&amount=10000'),
  value('a second field', '&amount=10000&signature=sig=:AAAA:'),
  value('a plus', '1+1 = 2 +%2B'),
  value('percent signs', '100%, 50%25, %zz, %0A, %'),
  value('spaces around', '  \t padded \t  '),
  value('NFC', 'J\u00e9r\u00f4me \u00c5ngstr\u00f6m \uac00'),
  value('NFD', 'Je\u0301ro\u0302me A\u030angstro\u0308m \u1100\u1161'),
  value('emoji', '\u{1f600} \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f'),
  value('line separators and a byte order mark', '\ufeffa\u2028b\u2029c\u0085d\ufeff'),
  value('beyond the basic plane', '\ud7ff\ue000\uffff\u{10000}\u{10ffff}'),
  value('control characters', '\u0001\u0008\u000b\u000c\u001b\u001f\u007f'),
  value('markup', '"></form></script><!-- &amp; &#10; &copy=1'),
  value('10 KB', '\u00e9|&=%+"\r\nx'.repeat(1024)),
  ...['submit', 'action', 'method', 'isindex', 'charset', 'signature_', 'a b', "it's", 'a&b=c+d|%', 'ü e\u0301 \u{1f600}', '</form>'].map(
    named,
  ),
  // Browsers fill it in, with the encoding they send.
  { tries: 'the name _charset_', name: '_charset_', value: 'UTF-8' },
];

/** Names with these are told apart in the encoding that forms have by themselves. */
export const quotedNames: readonly HostileField[] = ['a"b', 'a%22b', 'line\r\nbreak', 'a%0D%0Ab'].map(named);

/** The fields of a message with one hostile one among them. */
export function fieldsWith({ name, value: text }: HostileField): readonly (readonly [name: string, value: string])[] {
  return [
    ['currency', 'goldcoins'],
    [name, text],
    ['amount', '10'],
  ];
}

/** What a message is for, whatever its format. */
export const RELAYED = { tag: 'credit-coins', audience: 'bank.example' } as const;
