import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSpelling } from '../../../src/fetch/request/target.ts';
import type { QuerySpelling } from '../../../src/rfc9421/stable-url.ts';
import { rounds } from '../../support/rounds.ts';

const BASE = 'https://bank.example/';
const toFixpoint = createSpelling({});
const SPELLINGS: readonly QuerySpelling[] = ['default', 'form', 'as-given'];

describe('the fixpoint of a URL (RFC 3986 2.2 to 2.4, 3.3)', () => {
  it.each([
    ['/a|b^c', '/a%7Cb%5Ec'],
    ["/it's?it's", '/it%27s?it%27s'],
    ['/%zz%4%41%7e', '/%25zz%254A~'],
    ['/%41%2D%2e%5F%7e%30?%61', '/A-._~0?a'],
    ['/%c3%a9%2f%3B?%ff%00%25%2525', '/%C3%A9%2F%3B?%FF%00%25%2525'],
    ['/%%34', '/%254'],
    ['/a?b={"c":[1]}&d=`\\', '/a?b=%7B%22c%22%3A%5B1%5D%7D&d=%60%5C'],
    ['/ü?ü=€', '/%C3%BC?%C3%BC=%E2%82%AC'],
    ['/a b?c d', '/a%20b?c%20d'],
    ['/a/../b/./c/%2e%2E/d', '/b/d'],
    ['/a//b/', '/a//b/'],
    ['/a?', '/a?'],
    ['/a??b/?', '/a?%3Fb%2F%3F'],
    ['/a?+=%2b&&b=c=d&e&=', '/a?+=%2B&&b=c%3Dd&e&='],
    ['/a#f|', '/a'],
    ['/a?b#', '/a?b'],
    ['/!$&()*+,;=:@~-._', '/!$&()*+,;=:@~-._'],
    ['', '/'],
  ])('%s becomes %s', (given, expected) => {
    expect(toFixpoint(new URL(given, BASE))).toBe(`https://bank.example${expected}`);
  });

  it.each([
    ['HTTP://LocalHost:80/X', 'http://localhost/X', 'http://localhost'],
    ['https://bücher.example:8443?x', 'https://xn--bcher-kva.example:8443/?x', 'https://xn--bcher-kva.example:8443'],
    ['http://[::1]:8080/[a]', 'http://[::1]:8080/%5Ba%5D', 'http://[::1]:8080'],
  ])('keeps the authority of %s', (given, url, origin) => {
    expect(toFixpoint(new URL(given))).toBe(url);
    expect(new URL(url).origin).toBe(origin);
  });

  it('is one: neither we nor the URL parser change it again', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme-ascii' }),
      fc.string({ unit: fc.constantFrom(...'/.?#%\'|^\\{}[]`"<> \t\n2eEé\ud83d') }),
    );
    fc.assert(
      fc.property(text, (path) => {
        for (const query of SPELLINGS) {
          const spell = createSpelling({ query });
          const url = spell(new URL(`${BASE}${path}`));
          expect(spell(new URL(url))).toBe(url);
          expect(new URL(url).href).toBe(url);
          expect(new Request(url).url).toBe(url);
          expect(url).toMatch(/^https:\/\/bank\.example\/(?:[A-Za-z0-9\-._~!$&()*+,;=:@/?]|%[0-9A-Fa-f]{2})*$/);
        }
      }),
      { numRuns: rounds(2000) },
    );
  });
});
