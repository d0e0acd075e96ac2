import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { canonicalizeJson } from '../../src/canonical/json.ts';

/** What a receiver of JSON.stringify's text computes. */
function received(value: unknown): string {
  return canonicalizeJson(JSON.parse(JSON.stringify(value)));
}

function refusal(value: unknown, maxDepth?: number): string {
  try {
    canonicalizeJson(value, { maxDepth });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message.replace('canonical JSON cannot carry ', '');
  }
  throw new Error('was accepted');
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let count = 0; count < depth; count++) value = wrap(value);
  return value;
}

class Account {
  balance = 1;
  #secret = 2;
  get hidden(): number {
    return this.#secret;
  }
}

class Named {
  amount = 1;
  readonly [Symbol.toStringTag] = 'Named';
}

const inArray = (inner: unknown) => [inner];
const inObject = (inner: unknown) => ({ a: inner });

describe('members (RFC 8785 3.2.3)', () => {
  it('are sorted by UTF-16 code units, not by code points', () => {
    expect(canonicalizeJson({ '\ufb33': 1, '😀': 2, é: 3, e: 4, B: 5, '': 6 })).toBe('{"":6,"B":5,"e":4,"é":3,"😀":2,"\ufb33":1}');
  });

  it('that look like indices are text like others', () => {
    expect(canonicalizeJson({ 9: 1, 10: 2, '-1': 3, '01': 4, $: 5, 4294967295: 6 })).toBe(
      '{"$":5,"-1":3,"01":4,"10":2,"4294967295":6,"9":1}',
    );
  });

  it.each([5, 16, 17, 18, 100, 1000])('are sorted when there are %i', (count) => {
    const keys = Array.from({ length: count }, (_, index) => `k${(index * 7919) % count}`);
    const object = Object.fromEntries(keys.map((key) => [key, 0]));
    expect(canonicalizeJson(object)).toBe(
      `{${[...new Set(keys)]
        .sort()
        .map((key) => `"${key}":0`)
        .join()}}`,
    );
    expect(canonicalizeJson(Object.fromEntries(Object.entries(object).reverse()))).toBe(canonicalizeJson(object));
  });

  it('are sorted at every depth', () => {
    expect(canonicalizeJson({ b: [{ d: 1, c: { f: 1, e: [] } }], a: {} })).toBe('{"a":{},"b":[{"c":{"e":[],"f":1},"d":1}]}');
  });

  it('named like what objects inherit are members like others', () => {
    const value = JSON.parse('{"toString":1,"constructor":{"prototype":{"x":2}},"__proto__":{"y":3,"__proto__":[]},"hasOwnProperty":null}');
    expect(canonicalizeJson(value)).toBe(
      '{"__proto__":{"__proto__":[],"y":3},"constructor":{"prototype":{"x":2}},"hasOwnProperty":null,"toString":1}',
    );
    expect(Object.keys(Object.prototype)).toStrictEqual([]);
    expect(({} as { y?: unknown }).y).toBeUndefined();
  });

  it('that are inherited, hidden or named by symbols are left out', () => {
    const value = Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } });
    value[Symbol('s')] = 4;
    expect(canonicalizeJson({ value })).toBe('{"value":{"own":2}}');
  });

  it('beginning with any character at all stay apart', () => {
    const value = { '\ue000': 1, '😀': 2, '0': 3, '\uffff': 4, '\\udc00': 5, '\\udc000': 6, '"\\udc00': 7, ud: 8 };
    expect(canonicalizeJson(value)).toBe(
      `${String.raw`{"\"\\udc00":7,"0":3,"\\udc00":5,"\\udc000":6,"ud":8,"😀":2,"`}\ue000":1,"\uffff":4}`,
    );
  });
});

describe('values', () => {
  it('have the shortest escapes (RFC 8785 3.2.2.2)', () => {
    expect(canonicalizeJson('\u0000\b\t\n\u000b\f\r\u001f "\\/\u007f\u0080\u2028é😀')).toBe(
      `${String.raw`"\u0000\b\t\n\u000b\f\r\u001f \"\\/`}\u007f\u0080\u2028é😀"`,
    );
  });

  it.each([String.raw`\ud800`, String.raw`\\ud800`, String.raw`"\udc00`, String.raw`\udc00x`, '\\ud', '"'])(
    'may hold the text of an escape: %s',
    (text) => {
      expect(canonicalizeJson(text)).toBe(JSON.stringify(text));
      expect(canonicalizeJson({ [`a${text}`]: [text], 1: text })).toBe(JSON.stringify({ 1: text, [`a${text}`]: [text] }));
    },
  );

  it('have one zero', () => expect(canonicalizeJson([0, -0])).toBe('[0,0]'));

  it('may be anything that is JSON', () => {
    expect([null, true, false, 1.5, 'a', [], {}].map((value) => canonicalizeJson(value))).toStrictEqual([
      'null',
      'true',
      'false',
      '1.5',
      '"a"',
      '[]',
      '{}',
    ]);
  });

  it('are read once', () => {
    let reads = 0;
    const value = {
      get b() {
        return ++reads;
      },
      1: { toJSON: () => ++reads },
    };
    expect(canonicalizeJson(value)).toBe('{"1":1,"b":2}');
  });
});

describe('what JSON.stringify does', () => {
  it('leaves undefined members out, and makes undefined items null', () => {
    expect(canonicalizeJson({ b: undefined, a: [undefined, 1, undefined], c: { d: undefined } })).toBe('{"a":[null,1,null],"c":{}}');
  });

  it('asks toJSON, with the key, once', () => {
    const told: unknown[] = [];
    const value = {
      toJSON(key: string) {
        told.push(key);
        return { key, toJSON: () => 'not asked' };
      },
    };
    expect(() => canonicalizeJson({ a: [value] })).toThrow('a function at "/a/0/toJSON"');
    const inner = Object.defineProperty({ z: 1 }, 'toJSON', { value: () => 'not asked' });
    expect(canonicalizeJson({ b: [1, { toJSON: () => inner }] })).toBe('{"b":[1,{"z":1}]}');
    canonicalizeJson({
      toJSON: (key: string) => {
        told.push(key);
        return {};
      },
    });
    expect(told).toStrictEqual(['0', '']);
  });

  it('drops members whose toJSON gives undefined', () => {
    const gone = { toJSON: () => undefined };
    expect(canonicalizeJson({ a: gone, b: [gone] })).toBe('{"b":[null]}');
  });

  it.each<[string, unknown]>([
    ['dates', [new Date(0), new Date(Number.NaN)]],
    ['URLs', new URL('https://a.example/?b')],
    ['buffers', Buffer.from('ab')],
    ['typed arrays', [new Uint8Array(12), new Float64Array([1.5])]],
    ['boxed primitives', [new Number(-0), new String('a"b'), new Boolean(false), { a: new Number(1.5) }]],
    ['boxes with a value of their own', Object.assign(new Number(1), { valueOf: () => 2 })],
    ['boxes with a text of their own', Object.assign(new String('a'), { toString: () => 'b' })],
    ['boxed booleans, whatever they say', Object.assign(new Boolean(false), { valueOf: () => true })],
    ['boxes by another name', Object.defineProperty(new Number(3), Symbol.toStringTag, { value: 'Money' })],
    ['boxes of another realm', runInNewContext('[new Number(5), new String("x"), new Boolean(true), { b: 1, a: [] }]')],
    [
      'what only looks like a box',
      [Object.create(Number.prototype), Object.create(String.prototype), { [Symbol.toStringTag]: 'String', a: 1 }],
    ],
    ['instances', [new Account(), new (class extends Account {})(), new (class Empty {})(), new Named()]],
    ['objects without prototype', Object.assign(Object.create(null), { b: 1, a: 2 })],
    ['errors with members', Object.assign(new Error('x'), { code: 'E' })],
    ['arrays that inherit items', Object.setPrototypeOf(new Array(2), ['b', 'a'])],
    ['a member toJSON that is no function', { toJSON: 'x' }],
    [
      'array-likes',
      (function () {
        // biome-ignore lint/complexity/noArguments: that is the point
        return arguments;
      })(),
    ],
    [
      'proxies',
      [
        new Proxy({ b: 1, a: 2 }, {}),
        new Proxy([3, undefined], {}),
        new Proxy(new Date(0), { get: (target, name) => (name === 'toJSON' ? () => target.getTime() : undefined) }),
      ],
    ],
    ['proxies that list their members in any order', new Proxy({ b: 1, a: 2, 1: 3 }, { ownKeys: () => ['b', '1', 'a'] })],
    ['subclasses of Array, and members of arrays', Object.assign(new (class extends Array<number> {})(1, 2), { extra: 1 })],
  ])('is done with %s', (_, value) => {
    expect(canonicalizeJson(value)).toBe(received(value));
  });

  it('reads BigInt.prototype.toJSON where there is one', () => {
    try {
      Object.defineProperty(BigInt.prototype, 'toJSON', {
        configurable: true,
        value(this: bigint) {
          return `${this}n`;
        },
      });
      expect(canonicalizeJson({ a: 12n })).toBe('{"a":"12n"}');
    } finally {
      Reflect.deleteProperty(BigInt.prototype, 'toJSON');
    }
  });

  it('lets through what a getter or toJSON throws', () => {
    const own = new RangeError('own');
    const fail = () => {
      throw own;
    };
    expect(() => canonicalizeJson({ a: { toJSON: fail } })).toThrow(own);
    expect(() => canonicalizeJson(Object.defineProperty({}, 'a', { enumerable: true, get: fail }))).toThrow(own);
  });
});

describe('refuses, with the JSON Pointer,', () => {
  class Late extends Promise<void> {}
  it.each<[string, unknown, string]>([
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
    ['-Infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['a boxed NaN', new Number(Number.NaN), 'NaN'],
    ['BigInt', 1n, 'a bigint'],
    ['a boxed BigInt', Object(1n), 'a BigInt'],
    ['functions', () => 1, 'a function'],
    ['classes', class {}, 'a function'],
    ['symbols', Symbol.iterator, 'a symbol'],
    ['a lone high surrogate', '\ud800', 'a lone surrogate'],
    ['a lone low surrogate', 'a\udc00b', 'a lone surrogate'],
    ['surrogates in the wrong order', '\udc00\ud800', 'a lone surrogate'],
    ['a boxed lone surrogate', new String('\ud800'), 'a lone surrogate'],
    ['maps', new Map([[1, 2]]), 'a Map'],
    ['sets', new Set(), 'a Set'],
    ['forms', new FormData(), 'a FormData'],
    ['search parameters', new URLSearchParams('a=b'), 'a URLSearchParams'],
    ['errors', new Error('x'), 'a Error'],
    ['patterns', /x/, 'a RegExp'],
    ['a boxed symbol', Object(Symbol('s')), 'a Symbol'],
    ['maps of another realm', runInNewContext('new Map()'), 'a Map'],
    ['a boxed BigInt with members', Object.assign(Object(1n), { a: 1 }), 'a BigInt'],
    ['a forgotten await', Late.resolve(), 'a Promise'],
  ])('%s', (_, value, what) => {
    expect(refusal(value)).toBe(`${what} at ""`);
    expect(refusal({ a: [1, { '~/b': value }] })).toBe(`${what} at "/a/1/~0~1b"`);
    expect(refusal([{ 7: { toJSON: () => value } }])).toBe(`${what} at "/0/7"`);
  });

  it('nothing at all', () => {
    expect(refusal(undefined)).toBe('undefined at ""');
    expect(refusal({ toJSON: () => undefined })).toBe('undefined at ""');
  });

  it('lone surrogates in names', () => {
    expect(refusal({ a: { '\ud800': 1 } })).toBe(String.raw`a lone surrogate at "/a/\ud800"`);
    expect(refusal({ a: { '1': 1, '\udc001': 2 } })).toBe(String.raw`a lone surrogate at "/a/\udc001"`);
    expect(refusal({ '\udc00__proto__': 1 })).toBe(String.raw`a lone surrogate at "/\udc00__proto__"`);
    expect(canonicalizeJson({ '\ud800': undefined })).toBe('{}');
  });

  it('lone surrogates beside marked names, in whatever number', () => {
    for (const lone of ['\udc00', '\ud800', '\udc00\udc00', '\ud800\ud800']) {
      for (const name of ['1', '\ue000', '😀', '__proto__', '\\ud800']) {
        expect(refusal({ a: lone, ...Object.fromEntries([[name, 0]]) }), name).toBe('a lone surrogate at "/a"');
        expect(refusal([{ [name]: 0 }, { [`${lone}${name}`]: 0 }]), name).toContain('a lone surrogate at "/1/');
      }
    }
  });

  it('cycles, where they close', () => {
    const self: Record<string, unknown> = { a: 1 };
    self['self'] = [{ self }];
    expect(refusal({ x: self })).toBe('a cycle at "/x/self/0/self"');
    const list: unknown[] = [];
    list.push(1, list);
    expect(refusal(list)).toBe('a cycle at "/1"');
    const late: object = { toJSON: () => ({ late: wrapper }) };
    const wrapper = { late };
    expect(refusal(wrapper)).toBe('a cycle at "/late/late"');
  });

  it('but takes what only occurs twice', () => {
    const shared = { a: [1] };
    expect(canonicalizeJson({ y: shared, x: [shared, shared] })).toBe('{"x":[{"a":[1]},{"a":[1]}],"y":{"a":[1]}}');
  });

  it('sparse arrays', () => {
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    expect(refusal({ a: [1, , 3] })).toBe('a hole at "/a/1"');
    expect(refusal(new Array(4_294_967_295))).toBe('a hole at "/0"');
  });

  it('but shortens the pointer, whatever a peer called its members', () => {
    const message = refusal({ ['x'.repeat(100_000)]: Number.NaN, '\n': Number.NaN });
    expect(message).toBe(String.raw`NaN at "/\n"`);
    expect(refusal({ ['x'.repeat(100_000)]: Number.NaN }).length).toBeLessThan(300);
  });
});

describe('depth', () => {
  it.each([inArray, inObject])('is 64 by default', (wrap) => {
    expect(JSON.parse(canonicalizeJson(nested(64, wrap)))).toStrictEqual(nested(64, wrap));
    expect(refusal(nested(65, wrap))).toMatch(/^nesting beyond 64 at "(\/[0a]){64}"$/);
  });

  it('is an option', () => {
    expect(canonicalizeJson(1, { maxDepth: 0 })).toBe('1');
    expect(refusal([], 0)).toBe('nesting beyond 0 at ""');
    expect(canonicalizeJson([[]], { maxDepth: 2 })).toBe('[[]]');
    expect(refusal([[[]]], 2)).toBe('nesting beyond 2 at "/0/0"');
    expect(canonicalizeJson([1], { maxDepth: undefined })).toBe('[1]');
  });

  it('is 512 at most, and never what the stack holds', () => {
    const deep = nested(100_000, inObject);
    for (const maxDepth of [512, 1e9, Number.POSITIVE_INFINITY]) {
      expect(canonicalizeJson(nested(512, inArray), { maxDepth })).toHaveLength(1025);
      expect(refusal(nested(513, inArray), maxDepth)).toContain('nesting beyond 512');
      expect(refusal(deep, maxDepth)).toContain('nesting beyond 512');
    }
    const endless = { toJSON: () => ({ endless: { ...endless } }) };
    expect(refusal(endless)).toContain('nesting beyond 64');
  });
});

describe('its options', () => {
  it.each([Number.NaN, -1, 0.5, Number.NEGATIVE_INFINITY])('maxDepth %s is a RangeError', (maxDepth) => {
    expect(() => canonicalizeJson({}, { maxDepth })).toThrow(RangeError);
  });
  it.each(['5', null, 5n, {}, true])('maxDepth %o is a TypeError', (maxDepth) => {
    expect(() => canonicalizeJson({}, { maxDepth: maxDepth as never })).toThrow(TypeError);
  });
  it('that are unknown are refused, and what Object.prototype was given is none', () => {
    expect(() => canonicalizeJson({}, { maxDepht: 1 } as object)).toThrow('did you mean maxDepth?');
    const polluted = Object.prototype as Record<string, unknown>;
    polluted['maxDepth'] = 0;
    try {
      expect(canonicalizeJson([[1]])).toBe('[[1]]');
    } finally {
      delete polluted['maxDepth'];
    }
  });
});

describe('a raw JSON text (JSON.rawJSON)', () => {
  const { rawJSON } = JSON as { rawJSON?(text: string): object };
  it('is refused: other serialisers would write another value', () => {
    // Where the engine has none, nobody can pass one.
    for (const text of rawJSON === undefined ? [] : ['1', '"a"', '1e400', 'null']) {
      const raw = rawJSON!(text);
      expect(refusal(raw)).toContain('a raw JSON text at ""');
      expect(refusal({ a: [raw] })).toContain('a raw JSON text at "/a/0"');
      expect(refusal({ toJSON: () => raw })).toContain('a raw JSON text');
    }
    expect(canonicalizeJson(Object.assign(Object.create(null), { rawJSON: '1' }))).toBe('{"rawJSON":"1"}');
  });
});

describe('an Object.prototype that somebody changed', () => {
  const name = 'x-changed';
  afterEach(() => Reflect.deleteProperty(Object.prototype, name));

  it('takes no members away', () => {
    Object.defineProperty(Object.prototype, name, { configurable: true, set: () => undefined, get: () => 'inherited' });
    expect(canonicalizeJson({ [name]: 1, a: {} })).toBe('{"a":{},"x-changed":1}');
  });

  it('may be frozen', () => {
    Object.defineProperty(Object.prototype, name, { configurable: true, writable: false, value: 1 });
    expect(canonicalizeJson({ [name]: 2 })).toBe('{"x-changed":2}');
  });
});
