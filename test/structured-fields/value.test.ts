import { describe, expect, it } from 'vitest';
import { parseList } from '../../src/structured-fields/parse.ts';
import { DisplayString, isInnerList, SfDate, Token } from '../../src/structured-fields/value.ts';

describe('values', () => {
  it('are apart for the compiler too', () => {
    // @ts-expect-error A Display String is not a Token.
    const token: Token = new DisplayString('a');
    // @ts-expect-error A number is not a Date.
    const date: SfDate = { seconds: 1 };
    expect(token).not.toBeInstanceOf(Token);
    expect(date).not.toBeInstanceOf(SfDate);
  });

  it('hold nothing but their value', () => {
    expect(Object.entries(new Token('a'))).toEqual([['value', 'a']]);
  });

  it('tell inner lists from items', () => {
    expect(parseList('(a b), a').map(isInnerList)).toEqual([true, false]);
  });
});
