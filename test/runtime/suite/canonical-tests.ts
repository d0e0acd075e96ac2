/**
 * Canonical forms: the same text in every engine.
 *
 * @module
 */

import { canonicalizeFields, canonicalizeJson } from 'countersign';
import { type Declare, equal, refuses } from './collect.ts';

/** Declares the tests. */
export function canonicalTests(test: Declare): void {
  test('sorts members by UTF-16 code units (RFC 8785, 3.2.3)', () => {
    const value = { '€': 'Euro', '\r': 'CR', '\ufb33': 'Dalet', 1: 'One', '😀': 'Smiley', '\u0080': 'Control', ö: 'o' };
    equal(canonicalizeJson(value), '{"\\r":"CR","1":"One","\u0080":"Control","ö":"o","€":"Euro","😀":"Smiley","\ufb33":"Dalet"}');
  });
  test('writes numbers as ECMAScript does (RFC 8785, appendix B)', () => {
    const numbers = [
      // biome-ignore lint/correctness/noPrecisionLoss: more digits than a double has are what is tested
      0, -0, 5e-324, 1.7976931348623157e308, 9007199254740991, 1e21, 999999999999999900000, 333333333.33333329, 1e-7, 0.000001,
    ];
    equal(
      canonicalizeJson(numbers),
      '[0,0,5e-324,1.7976931348623157e+308,9007199254740991,1e+21,999999999999999900000,333333333.3333333,1e-7,0.000001]',
    );
  });
  test('writes text with the shortest escapes', () =>
    equal(canonicalizeJson('€$\u000F\nA\'B"\\\\"/\u2028'), '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u2028"'));
  test('refuses what JSON cannot carry', async () => {
    const circle: unknown[] = [];
    circle.push(circle);
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, Symbol('s'), '\ud800', circle, [, 1]])
      await refuses(() => canonicalizeJson({ a: [value] }), 'TypeError');
  });
  test('agrees with JSON.stringify about undefined and toJSON', () => {
    equal(canonicalizeJson({ b: undefined, a: [undefined], d: new Date(0) }), '{"a":[null],"d":"1970-01-01T00:00:00.000Z"}');
  });
  test('makes fields one text, whatever stands in them', () => {
    const entries = [
      ['b', '2'],
      ['a', 'x&y=z'],
      ['a', ''],
      ['é', '~ +'],
      ['a=', '1'],
    ] as const;
    equal(canonicalizeFields(entries), '%C3%A9=~%20%2B&a=&a=x%26y%3Dz&a%3D=1&b=2');
  });
  test('refuses fields that have no UTF-8', () => refuses(() => canonicalizeFields([['a', '\udc00']]), 'TypeError'));
}
