/** Signature-Input fields that are hard on whoever reads them, each of about so many bytes. */
const repeat = (part: (index: number) => string, bytes: number): string => {
  let text = '';
  for (let index = 0; text.length < bytes; index++) text += part(index);
  return text.slice(0, bytes);
};

export const hostileInputs: Readonly<Record<string, (bytes: number) => string>> = {
  'many labels': (bytes) => repeat((index) => `a${index}=(), `, bytes),
  'many components': (bytes) => `sig=(${repeat((index) => `"x${index}" `, bytes)})`,
  'many parameters of a component': (bytes) => `sig=("x"${repeat((index) => `;a${index}`, bytes)})`,
  'many signature parameters': (bytes) => `sig=("@method");created=1${repeat((index) => `;a${index}=1`, bytes)}`,
  'one parameter many times': (bytes) => `sig=("@method")${repeat(() => ';a', bytes)}`,
  'one long string': (bytes) => `sig=("${'x'.repeat(bytes)}")`,
  'an unclosed string of escapes': (bytes) => `sig=("${'\\\\'.repeat(bytes / 2)}`,
  blanks: (bytes) => `sig=(${' '.repeat(bytes)})`,
  'blanks around commas': (bytes) => repeat(() => 'a \t , ', bytes),
  'open parentheses': (bytes) => `sig=${'('.repeat(bytes)}`,
  digits: (bytes) => `sig=();created=${'1'.repeat(bytes)}`,
  'one byte sequence': (bytes) => `sig=();a=:${'A'.repeat(bytes)}:`,
  'an unclosed byte sequence': (bytes) => `sig=();a=:${':'.repeat(bytes)}`,
  'one token': (bytes) => `sig=();a=${'a'.repeat(bytes)}`,
  'one key': (bytes) => `${'a'.repeat(bytes)}=()`,
  'display string escapes': (bytes) => `sig=();a=%"${'%c3%a9'.repeat(bytes / 6)}"`,
  'equal labels': (bytes) => 'a,'.repeat(bytes / 2),
  'empty lists': (bytes) => 'a=(),'.repeat(bytes / 5),
  'spaces at the start': (bytes) => `${' '.repeat(bytes)}!`,
  'tabs after a comma': (bytes) => `a,${'\t'.repeat(bytes)}!`,
  'byte sequences without an end': (bytes) => repeat((index) => `a${index}=:AA==:,`, bytes),
  'strings without an end': (bytes) => `${'a="",'.repeat(bytes / 5)}a="`,
  'percent signs': (bytes) => `a=%"${'%'.repeat(bytes)}"`,
  'display strings without an end': (bytes) => `${'a=%"",'.repeat(bytes / 6)}a=%"`,
};
