import { afterEach, describe, expect, it } from 'vitest';
import { canonicalizeJson } from '../../src/canonical/json.ts';
import { JsonError } from '../../src/canonical/pointer.ts';
import { parseJsonStrict } from '../../src/canonical/strict-json.ts';

/** The code without `payload_`, and the place that the message names. */
function refusal(text: string): readonly [problem: string, pointer: string] {
  try {
    parseJsonStrict(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const { code, pointer } = error;
    const problem = code.slice('payload_'.length);
    expect(error.message).toBe(`JSON cannot carry this exactly: ${problem.replaceAll('_', ' ')} at ${pointer}`);
    return [problem, JSON.parse(pointer) as string];
  }
  throw new Error(`was accepted: ${text.slice(0, 80)}`);
}

describe('parseJsonStrict reads', () => {
  it.each([
    ...['null', 'true', 'false', '0', '-1.5e3', '""', '"a"', '[]', '{}', ' \t\r\n1\n', '[ 1 , 2 ]', '{ "a" : { } , "b" : [ ] }'],
    ...['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD83D\\ude00"', '"😀\u2028\u007f"', '"\\ud83d\\ude00 \\\\ud800"', '"😀\\u0000"'],
    ...['{"":1}', '{"a":1,"A":2,"\\u00e9":3,"e\\u0301":4}', '{"1":1,"01":2,"10":3,"b":4}', '[[],[[]],{"a":[{}]}]', '["__proto__"]'],
  ])('%s as JSON.parse does', (text) => expect(parseJsonStrict(text)).toStrictEqual(JSON.parse(text)));

  it('-0 as 0', () => expect(parseJsonStrict('[-0,-0.0,-0e5]')).toStrictEqual([0, 0, 0]));

  it('members named like what objects inherit', () => {
    const text = '{"constructor":{"prototype":1},"toString":2,"hasOwnProperty":3,"valueOf":{}}';
    const value = parseJsonStrict(text);
    expect(JSON.stringify(value)).toBe(text);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value as object)).toStrictEqual(['constructor', 'toString', 'hasOwnProperty', 'valueOf']);
    expect(Object.keys(Object.prototype)).toStrictEqual([]);
  });

  it('escaped names as they are, whatever was read before', () => {
    // nodejs/node issue 63785: JSON.parse reads the second name as a backslash.
    expect(Object.keys(parseJsonStrict('{"h":[],"\\\\":0}') as object)).toStrictEqual(['h', '\\']);
    expect(Object.keys(parseJsonStrict('{"h":1,"\\"":2}') as object)).toStrictEqual(['h', '"']);
    expect(Object.keys(parseJsonStrict('{"h":1,"\\n":2}') as object)).toStrictEqual(['h', '\n']);
  });

  it('what canonicalizeJson wrote', () => {
    const value = { b: ['\u0000"\\/é😀', 1e-7, -1.5], 10: null, 9: { a: true } };
    expect(parseJsonStrict(canonicalizeJson(value))).toStrictEqual(value);
  });

  it('text of the largest depth', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = `${open.repeat(63)}[]${close.repeat(63)}`;
      expect(JSON.stringify(parseJsonStrict(text))).toBe(text);
    }
  });

  it('into what nobody can change', () => {
    const { a } = parseJsonStrict('{"a":[{}]}') as { a: object[] };
    expect([a, a[0]].every(Object.isFrozen)).toBe(true);
  });
});

describe('parseJsonStrict refuses as syntax', () => {
  it.each([
    ...['', ' ', 'nul', 'nulll', 'True', 'undefined', 'NaN', 'Infinity', '-Infinity', '1 2', '[]]', '{}x', '/**/1', '#'],
    ...['[', '[1', '[1,', '[1,]', '[,1]', '[,]', '[1 2]', '[1;2]', ']', '[1}', '{]', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}'],
    ...['{,}', '{a:1}', "{'a':1}", '{1:1}', '{"a" 1}', '{"a":1 "b":2}', '{"a"::1}', '{null:1}', '{"a":1,,"b":2}'],
    ...[
      '"',
      '"a',
      "'a'",
      '"\\',
      '"\\"',
      '"\\x41"',
      '"\\u"',
      '"\\u12"',
      '"\\u12G4"',
      '"\\u 041"',
      '"\\u+041"',
      '"\\U0041"',
      '"\\0"',
      '"\\a"',
      '"\\\n"',
    ],
    ...['"\u0000"', '"\n"', '"\t"', '"\u001f"', '"a\rb"'],
    ...['-', '+1', '.5', '-.5', '1.', '1.e5', '01', '-01', '00', '1e', '1e+', '1E-', '1e5.5', '0x10', '1_000', '１', '--1', '1-', '- 1'],
    ...['\ufeff1', '\u00a01', '\u20281', '1\u000b', '\f1', '\u0000', '1\u0000'],
  ])('%j', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(refusal(text)[0]).toBe('malformed');
  });

  it('and says where', () => {
    expect(refusal('{"a":[1,{"b~/":tru}]}')).toStrictEqual(['malformed', '/a/1/b~0~1']);
    expect(refusal('[1,2,]')).toStrictEqual(['malformed', '/2']);
    expect(refusal('[[],[]')).toStrictEqual(['malformed', '']);
  });
});

describe('parseJsonStrict refuses what JSON.parse takes:', () => {
  it.each([
    ['{"a":1,"a":1}', 'duplicate_member', '/a'],
    ['{"a":1,"b":2,"\\u0061":3}', 'duplicate_member', '/a'],
    ['[{"x":{"é":1,"\\u00e9":2}}]', 'duplicate_member', '/0/x/é'],
    ['{"1":1,"1":2}', 'duplicate_member', '/1'],
    ['{"":1,"":2}', 'duplicate_member', '/'],
    ['{"toString":1,"toString":2}', 'duplicate_member', '/toString'],
    ['{"\\ud83d\\ude00":1,"😀":2}', 'duplicate_member', '/😀'],
    ['{"a":1,"a":nonsense', 'duplicate_member', '/a'],
    ['{"__proto__":1}', 'proto_member', '/__proto__'],
    ['{"a":{"\\u005f_proto__":{}}}', 'proto_member', '/a/__proto__'],
    ['"\\ud800"', 'lone_surrogate', ''],
    ['"\ud800"', 'lone_surrogate', ''],
    ['["\\udc00\\ud800"]', 'lone_surrogate', '/0'],
    ['{"a":"\\ud800x\\udc00"}', 'lone_surrogate', '/a'],
    ['{"a":{"\\udfff":1}}', 'lone_surrogate', '/a'],
    ['[1,9007199254740992]', 'number_inexact', '/1'],
    ['{"a":{"b":1e400}}', 'number_inexact', '/a/b'],
    ['0.1000000000000000055', 'number_inexact', ''],
    ['[-1e-400]', 'number_inexact', '/0'],
  ])('%s', (text, problem, pointer) => {
    expect(refusal(text)).toStrictEqual([problem, pointer]);
  });

  it('nesting beyond the limit', () => {
    expect(refusal('['.repeat(65))).toStrictEqual(['too_deep', '/0'.repeat(64)]);
    expect(refusal('{"a":'.repeat(65))).toStrictEqual(['too_deep', '/a'.repeat(64)]);
    expect(refusal('['.repeat(1_000_000))).toStrictEqual(['too_deep', '/0'.repeat(64)]);
  });
});

describe('the message of a refusal', () => {
  it('is one short line, whatever a peer called its members', () => {
    const long = `{"${'x'.repeat(100_000)}":{"\\n":1e400}}`;
    expect(() => parseJsonStrict(long)).toThrow(/^JSON cannot carry this exactly: number inexact at "\/x{199}"$/);
    expect(() => parseJsonStrict('{"\\n\\u001b[31m":x}')).toThrow(String.raw`malformed at "/\n\u001b[31m"`);
  });
});

describe('an Object.prototype that is frozen', () => {
  const name = 'x-frozen';
  afterEach(() => Reflect.deleteProperty(Object.prototype, name));

  it('takes no members away', () => {
    Object.defineProperty(Object.prototype, name, { configurable: true, writable: false, value: 1 });
    expect(parseJsonStrict(`{"${name}":2}`)).toStrictEqual({ [name]: 2 });
    expect(refusal(`{"${name}":2,"${name}":2}`)).toStrictEqual(['duplicate_member', `/${name}`]);
  });
});

// What they cost is shown by `npm run bench`.
describe('parseJsonStrict reads what is long as it stands, or refuses it:', () => {
  const hostile: Readonly<Record<string, (count: number) => string>> = {
    escapes: (count) => `"${'\\u0061'.repeat(count)}"`,
    blanks: (count) => `[${' '.repeat(count)}1${' '.repeat(count)}]`,
    'a string without end': (count) => `"${'a'.repeat(count)}`,
    'zeros after the point': (count) => `1.${'0'.repeat(count)}`,
    'zeros before the end': (count) => `1.${'0'.repeat(count)}1`,
    'runs of zeros': (count) => `0.${'0001'.repeat(count / 4)}`,
    members: (count) => `{${Array.from({ length: count / 10 }, (_, index) => `"k${index}":1`).join()}}`,
    'indices downwards': (count) => `{${Array.from({ length: count / 10 }, (_, index) => `"${count - index}":1`).join()}}`,
    'small objects': (count) => `[${'{"a":1},'.repeat(count / 8)}0]`,
    'inexact numbers at the end': (count) => `[${'0.10,'.repeat(count / 5)}1e400]`,
  };
  const refused: Readonly<Record<string, string>> = {
    'a string without end': 'malformed',
    'zeros before the end': 'number_inexact',
    'runs of zeros': 'number_inexact',
    'inexact numbers at the end': 'number_inexact',
  };

  it.each(Object.entries(hostile))('%s', (name, make) => {
    const text = make(160_000);
    const code = refused[name];
    if (code === undefined) expect(parseJsonStrict(text)).toStrictEqual(JSON.parse(text));
    else expect(refusal(text)[0]).toBe(code);
  });
});
