import { describe, expect, it } from 'vitest';
import { canonicalizeJson } from '../../src/canonical/json.ts';
import { parseJsonStrict } from '../../src/canonical/strict-json.ts';

import { describeWithVectors, readVector } from '../support/vectors.ts';

const FILES = ['arrays', 'french', 'structures', 'unicode', 'values', 'weird'];

describeWithVectors('RFC 8785 test data', () => {
  it.each(FILES)('%s', (name) => {
    const hex = readVector(`jcs/outhex/${name}.txt`).replaceAll(/\s/g, '');
    const text = canonicalizeJson(JSON.parse(readVector(`jcs/input/${name}.json`)));
    expect(Buffer.from(text).toString('hex')).toBe(hex);
    expect(text).toBe(readVector(`jcs/output/${name}.json`).trimEnd());
    expect(canonicalizeJson(JSON.parse(text))).toBe(text);
  });

  // `values` counts on 333333333.33333329 and 1E30, which the body carrier does not take.
  it.each(FILES.filter((name) => name !== 'values'))('%s, parsed strictly', (name) => {
    const input = readVector(`jcs/input/${name}.json`);
    expect(parseJsonStrict(input)).toStrictEqual(JSON.parse(input));
  });
});

/** RFC 8785, appendix B: the bits of a number, and its text; none for those that have none. */
const NUMBERS: readonly (readonly [bits: string, text?: string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['7fffffffffffffff'],
  ['7ff0000000000000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

describe('RFC 8785 appendix B', () => {
  it.each(NUMBERS)('%s is %s', (bits, text) => {
    const value = Buffer.from(bits ?? '', 'hex').readDoubleBE();
    if (text === undefined) expect(() => canonicalizeJson([value])).toThrow(TypeError);
    else expect(canonicalizeJson([value])).toBe(`[${text}]`);
  });
});
