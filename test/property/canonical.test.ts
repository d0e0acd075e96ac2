import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalizeFields, percentEncode } from '../../src/canonical/fields.ts';
import { canonicalizeJson, writeCanonicalJson } from '../../src/canonical/json.ts';
import { JsonError } from '../../src/canonical/pointer.ts';
import { parseJsonStrict } from '../../src/canonical/strict-json.ts';
import { rounds } from '../support/rounds.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Texts made of what separates, escapes and counts: few, so that many come out nearly or wholly alike. */
const PIECES = [
  '"',
  '\\',
  '\\"',
  ',',
  ':',
  '","',
  '":"',
  '{',
  '}',
  '[',
  ']',
  '[]',
  '{}',
  'null',
  '0',
  '1',
  '10',
  '-',
  'e',
  'ud',
  '\\ud800',
];
const ODD_PIECES = ['\n', '\u0000', '\u001f', 'é', 'e\u0301', '😀', '\ue000', '\uffff', '\u2028', '__proto__', 'toString', 'toJSON'];
const LONE = ['\ud800', '\udc00', '\udfff', '\ud83d'];

const textOf = (pieces: readonly string[], maxLength = 3) =>
  fc.array(fc.constantFrom(...pieces), { maxLength }).map((parts) => parts.join(''));
const text = fc.oneof(textOf(PIECES), textOf([...PIECES, ...ODD_PIECES]), fc.string({ unit: 'binary', maxLength: 6 }));
const wild = textOf([...PIECES, ...ODD_PIECES, ...LONE]);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 10, 0.1, 1e21, 1e-7, 5e-324, 2 ** 53, Number.MAX_VALUE),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/**
 * V8 from version 13 on sometimes reads a name that has an escape as another that holds a backslash, if it met that one
 * before (nodejs/node issue 63785), in whatever test. Where JSON.parse is the judge, names have nothing that is escaped.
 */
const judged = (name: string): string => name.replace(/["\\\p{Cc}]/gu, '/');

function jsonOf(strings: fc.Arbitrary<string>, numbers: fc.Arbitrary<number> = number, names = strings): fc.Arbitrary<Json> {
  return fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(fc.constantFrom(null, true, false), numbers, strings),
      fc.array(tie('value'), { maxLength: 3 }),
      // fromEntries makes `__proto__` a member like others.
      fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  })).value;
}

const json = jsonOf(text);
const judgedJson = jsonOf(text, number, text.map(judged));

/** Changes one place a little: what an attacker would try, or nothing at all. */
function nearly(value: Json, dice: fc.GeneratorValue): Json {
  const roll = (max: number) => dice(fc.nat, { max });
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (members.length > 0 && roll(3) > 0) {
    const place = roll(members.length - 1);
    const [key, member] = members[place]!;
    if (Array.isArray(value)) return value.with(place, nearly(member, dice)) as Json;
    const renamed = roll(3) === 0 ? dice(() => text) : key;
    return Object.fromEntries(members.with(place, [renamed, nearly(member, dice)]));
  }
  const others: readonly (() => Json)[] = [
    () => [value],
    () => ({ '': value }),
    () => JSON.stringify(value),
    () => (typeof value === 'string' ? `${value}${dice(() => text)}` : [JSON.stringify(value)]),
    () => (Array.isArray(value) ? value.concat(null) : []),
    () => (Array.isArray(value) ? value.toReversed() : {}),
    () => (Array.isArray(value) ? { ...value } : Object.fromEntries(members.toReversed())),
    () => (Array.isArray(value) ? [value.map((item) => JSON.stringify(item)).join()] : members.flat()),
    () => dice(() => json),
    () => value,
  ];
  return others[roll(others.length - 1)]!();
}

const pairOfJson = fc.tuple(json, fc.gen()).map(([one, dice]) => [one, nearly(one, dice)] as const);

/** One value by the rules of JSON: the order of members and the sign of zero mean nothing. */
function same(one: Json, other: Json): boolean {
  return isDeepStrictEqual(withoutSigns(one), withoutSigns(other));
}

function withoutSigns(value: Json): Json {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSigns);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSigns(member)]));
}

const wellFormed = (value: string): boolean => !/\p{Cs}/u.test(value);

function attempt<T>(run: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** RFC 8785, as simply as it can be written, over what JSON.parse gives. */
function reference(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(reference).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${reference(member)}`).join()}}`;
}

const many = { numRuns: rounds(3000) };
const most = { numRuns: rounds(10_000) };

describe('canonicalizeJson', () => {
  it('gives one text to two values if, and only if, they are one value', () => {
    let alike = 0;
    const holds = ([one, other]: readonly [Json, Json]) => {
      const equal = same(one, other);
      if (equal) alike++;
      expect(canonicalizeJson(one) === canonicalizeJson(other)).toBe(equal);
    };
    fc.assert(fc.property(pairOfJson, holds), most);
    // Both cases were met.
    expect(alike).toBeGreaterThan(most.numRuns / 100);
    expect(alike).toBeLessThan(most.numRuns * 0.99);
  });

  it('gives different small values different texts', () => {
    const texts = new Map<string, Json>();
    const holds = (value: Json) => {
      const written = canonicalizeJson(value);
      if (texts.has(written)) expect(same(texts.get(written)!, value)).toBe(true);
      texts.set(written, value);
    };
    fc.assert(fc.property(jsonOf(textOf(PIECES, 2), fc.constantFrom(0, 1, 10)), holds), most);
  });

  it('changes nothing a second time', () => {
    const holds = (value: Json) => {
      const once = canonicalizeJson(value);
      expect(canonicalizeJson(JSON.parse(once))).toBe(once);
    };
    fc.assert(fc.property(judgedJson, holds), many);
  });

  it('writes what RFC 8785 says, and what others write', () => {
    const holds = (value: Json) => {
      const written = canonicalizeJson(value);
      expect(written).toBe(reference(value));
      expect(written).toBe(canonicalize(value));
    };
    fc.assert(fc.property(json, holds), many);
  });

  it('does not depend on the order of members', () => {
    const entries = fc.uniqueArray(fc.tuple(text, fc.nat()), { maxLength: 40, selector: ([name]) => name });
    const shuffled = entries.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    const holds = ([one, other]: readonly [[string, number][], [string, number][]]) => {
      expect(canonicalizeJson(Object.fromEntries(one))).toBe(canonicalizeJson(Object.fromEntries(other)));
    };
    fc.assert(fc.property(shuffled, holds), many);
  });

  it('refuses lone surrogates wherever they stand, and nothing else of JSON', () => {
    const holds = (value: Json) => {
      const fit = everyText(value).every(wellFormed);
      const outcome = attempt(() => canonicalizeJson(value));
      if ('value' in outcome) expect(outcome.value).toBe(reference(value));
      else expect((outcome.error as Error).message).toContain('a lone surrogate at "');
      expect('value' in outcome).toBe(fit);
    };
    fc.assert(fc.property(jsonOf(wild), holds), most);
  });

  it('reads every value as JSON.stringify does, or refuses it with its pointer', () => {
    const anything = fc.anything({
      key: text.map(judged),
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    });
    const withToJson = anything.map((value) => [{ toJSON: () => value }, { a: { toJSON: () => value } }]);
    const holds = (value: unknown) => {
      const outcome = attempt(() => canonicalizeJson(value));
      if ('value' in outcome) {
        const received: unknown = JSON.parse(JSON.stringify(value));
        expect(outcome.value).toBe(canonicalizeJson(received));
        expect(outcome.value).toBe(reference(received));
      } else {
        expect(outcome.error).toBeInstanceOf(TypeError);
        expect((outcome.error as Error).message).toMatch(/^canonical JSON cannot carry .+ at ".*"$/s);
      }
    };
    fc.assert(fc.property(fc.oneof(anything, withToJson), holds), most);
  });
});

function everyText(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...everyText(member)]);
}

describe('parseJsonStrict', () => {
  const exact = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, min: -1, max: 1 }), fc.constantFrom(0, 1, 10, 0.1, 1e-7, 5e-324));
  const names = text.filter((name) => name !== '__proto__');
  const named = jsonOf(text, exact, names.map(judged));

  /** The same value in another spelling: blanks, escapes, exponents. */
  function respell(value: string, dice: fc.GeneratorValue): string {
    const roll = (max: number) => dice(fc.nat, { max });
    const blank = () => [' ', '\t', '\n\r', '', '', ''][roll(5)]!;
    const tokens = value.match(/"(?:[^"\\]|\\.)*"|-?[\d.]+(?:e[+-]\d+)?|[a-z]+|./gs) ?? [];
    const spelled = tokens.map((token) => {
      if (/^-?\d+$/.test(token) && token.length < 15)
        return [token, `${token}.0`, `${token}e0`, token === '0' ? '0E-9' : `${token}0E-1`, `${token}.000e+00`][roll(4)]!;
      if (!token.startsWith('"') || roll(1) > 0) return token;
      return token.replaceAll(/\\u[\da-f]{4}|\\.|[^\\"]/g, (part) =>
        part.length > 1 ? part : `\\u${part.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    });
    return spelled.map((token) => `${blank()}${token}`).join('') + blank();
  }

  it('reads canonical JSON back', () => {
    const holds = (value: Json) => {
      const written = canonicalizeJson(value);
      expect(isDeepStrictEqual(parseJsonStrict(written), withoutSigns(value))).toBe(true);
    };
    fc.assert(fc.property(named, holds), many);
  });

  it('reads every spelling of a value alike', () => {
    const holds = (value: Json, dice: fc.GeneratorValue) => {
      const spelled = respell(JSON.stringify(value), dice);
      const parsed = parseJsonStrict(spelled);
      expect(isDeepStrictEqual(parsed, withoutSigns(value))).toBe(true);
      expect(writeCanonicalJson(parsed)).toBe(canonicalizeJson(value));
    };
    fc.assert(fc.property(named, fc.gen(), holds), many);
  });

  it('agrees with JSON.parse where both accept, and accepts nothing that JSON.parse does not', () => {
    const edits = [
      ...PIECES,
      ...LONE,
      ' ',
      '\n',
      '\u0000',
      '\ufeff',
      '.',
      '+',
      '9007199254740993',
      '1e400',
      '\\u00',
      '\\u0061',
      '"a":1,',
      '"a":2,',
      "'",
    ];
    const damaged = fc.tuple(named, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...edits)), { maxLength: 3 }));
    const seen = { accepted: 0, syntax: 0, refused: 0 };
    const holds = ([value, changes]: readonly [Json, readonly (readonly [number, number, string])[]]) => {
      let source = JSON.stringify(value);
      for (const [at, cut, put] of changes) {
        const place = at % (source.length + 1);
        source = source.slice(0, place) + put + source.slice(place + cut);
      }
      // The judge would be partial.
      if (/\\\\|\\u005c/i.test(source)) return;
      const strict = attempt(() => parseJsonStrict(source));
      const loose = attempt(() => JSON.parse(source) as Json);
      if ('value' in strict) {
        seen.accepted++;
        // By JSON.stringify: -0 is 0 there too.
        expect('value' in loose && isDeepStrictEqual(strict.value, withoutSigns(loose.value))).toBe(true);
        return;
      }
      expect(strict.error).toBeInstanceOf(JsonError);
      if ('value' in loose) {
        seen.refused++;
        expect((strict.error as JsonError).code).not.toBe('payload_malformed');
      } else seen.syntax++;
    };
    fc.assert(fc.property(damaged, holds), most);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(most.numRuns / 200);
  });

  it('takes a number exactly when its digits come back', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,18})?(e[+-]?\d{1,3})?$/);
    const holds = (spelled: string) => {
      const value = Number(spelled);
      const inRange = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
      const survives = inRange && scaled(spelled) === scaled(String(value));
      expect('value' in attempt(() => parseJsonStrict(spelled))).toBe(survives);
    };
    fc.assert(fc.property(fc.oneof(digits, exact.map(String)), holds), most);
  });

  /** A decimal text as a whole number of 10^-1100, exactly. */
  function scaled(spelled: string): bigint {
    const [mantissa = '', exponent = '0'] = spelled.split('e');
    const [whole = '', fraction = ''] = mantissa.split('.');
    return (
      BigInt(`${whole.replace('-', '')}${fraction}`) *
      10n ** BigInt(1100 - fraction.length + Number(exponent)) *
      (spelled.startsWith('-') ? -1n : 1n)
    );
  }
});

describe('canonicalizeFields', () => {
  const piece = textOf(['a', 'b', '=', '&', '%', '%3D', '%26', ';', '+', ' ', '\0', '-', '~', '0', 'é', '😀'], 2);
  const entries = fc.array(fc.tuple(piece, piece), { maxLength: 3 });

  /** The pairs in an order of their own, neither encoded nor joined. */
  function multiset(pairs: readonly (readonly [string, string])[]): string {
    return JSON.stringify(pairs.map((pair) => JSON.stringify(pair)).sort());
  }

  it('gives one text to two lists if, and only if, they are one multiset', () => {
    const texts = new Map<string, string>();
    let again = 0;
    const holds = (pairs: readonly (readonly [string, string])[]) => {
      const written = canonicalizeFields(pairs);
      const known = texts.get(written);
      if (known !== undefined) again++;
      // The empty list and the list of one empty pair are two: '' and '='.
      expect(known ?? multiset(pairs)).toBe(multiset(pairs));
      texts.set(written, multiset(pairs));
      expect(canonicalizeFields(pairs.toReversed())).toBe(written);
    };
    // Not fewer in the inner loop: how often two lists meet grows with the square of it.
    fc.assert(fc.property(entries, holds), { numRuns: 10_000 });
    expect(new Set(texts.values()).size).toBe(texts.size);
    expect(again).toBeGreaterThan(100);
  });

  it('changes nothing a second time', () => {
    const holds = (pairs: readonly (readonly [string, string])[]) => {
      const once = canonicalizeFields(pairs);
      const read = once === '' ? [] : once.split('&').map((pair) => pair.split('=').map(decodeURIComponent) as [string, string]);
      expect(multiset(read)).toBe(multiset(pairs));
      expect(canonicalizeFields(read)).toBe(once);
    };
    fc.assert(fc.property(entries, holds), many);
  });

  it('encodes so that decodeURIComponent gives the text back', () => {
    const holds = (value: string) => {
      const encoded = percentEncode(value);
      expect(encoded).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(encoded)).toBe(value);
    };
    fc.assert(fc.property(fc.oneof(text, piece, fc.string({ unit: 'binary' })), holds), many);
  });
});
