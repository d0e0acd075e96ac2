import fc from 'fast-check';
import qs from 'qs';
import { describe, expect, it } from 'vitest';
import { candidateTargets } from '../../src/http/respelled-request.ts';
import { defaultSpelling, formSpelling, formTarget, stableTarget } from '../../src/rfc9421/stable-url.ts';
import { anyQueries, inUrl, rewritten, soundQueries } from '../support/queries.ts';
import { rounds } from '../support/rounds.ts';

const ROUNDS = { numRuns: rounds(10_000) };
const pairsOf = (query: string): readonly (readonly [string, string])[] => [...new URLSearchParams(query)];
const sorted = (query: string): readonly string[] =>
  pairsOf(query)
    .map(([name, value]) => JSON.stringify([name, value]))
    .sort();

describe('the default spelling', () => {
  it('changes no pair that URLSearchParams decodes', () => {
    fc.assert(
      fc.property(anyQueries.map(inUrl), (query) => {
        expect(pairsOf(defaultSpelling(query))).toEqual(pairsOf(query));
      }),
      ROUNDS,
    );
  });

  it('changes nothing that qs decodes', () => {
    const decode = (query: string): unknown => qs.parse(query, { ignoreQueryPrefix: true });
    fc.assert(
      fc.property(soundQueries.map(inUrl), (query) => {
        expect(decode(defaultSpelling(query))).toEqual(decode(query));
      }),
      // It lets a name end with `]=` rather than with the first `=`.
      { ...ROUNDS, examples: [['?a=b]=c'], ['?a=b%5D=c'], ['?a=b%5D%3Dc'], ['?a[x=y]=1=2'], ['?a]=b]=c']] },
    );
  });

  it('is one: spelled again it stays, and nothing but & = + and unreserved characters is bare', () => {
    fc.assert(
      fc.property(anyQueries.map(inUrl), (query) => {
        const spelled = defaultSpelling(query);
        expect(defaultSpelling(spelled)).toBe(spelled);
        expect(spelled).toMatch(/^\?(?:[\w.~&=+-]|%[0-9A-F]{2})*$/);
        expect(spelled).not.toMatch(/%(?:3[0-9]|[46][1-9A-F]|[57][0-9A]|2D|2E|5F|7E)/);
      }),
      ROUNDS,
    );
  });

  it('never decodes a separator', () => {
    expect(defaultSpelling('?a%26b%3Dc=%2B+%20&d%23=%25%32%36')).toBe('?a%26b%3Dc=%2B+%20&d%23=%2526');
  });
});

describe('the form spelling', () => {
  it('is a fixpoint of writing a query anew, as far as the query is UTF-8', () => {
    fc.assert(
      fc.property(soundQueries.map(inUrl), (query) => {
        const spelled = formSpelling(query);
        expect(formSpelling(spelled)).toBe(spelled);
        expect(formSpelling(rewritten(spelled))).toBe(spelled);
        // The order is right already: one candidate is enough.
        expect(formTarget(`/x${rewritten(spelled)}`)).toBe(`/x${spelled}`);
        expect(candidateTargets(`/x${rewritten(spelled)}`)[0]).toBe(`/x${spelled}`);
      }),
      ROUNDS,
    );
  });

  it('keeps all pairs, and those of one name in their order', () => {
    fc.assert(
      fc.property(anyQueries.map(inUrl), (query) => {
        const spelled = formSpelling(query);
        expect(sorted(spelled)).toEqual(sorted(query));
        for (const name of new Set(pairsOf(query).map(([each]) => each)))
          expect(new URLSearchParams(spelled).getAll(name)).toEqual(new URLSearchParams(query).getAll(name));
      }),
      ROUNDS,
    );
  });
});

describe('the spelling as given', () => {
  it('leaves the escapes as they are, and is sent as it is signed', () => {
    expect(stableTarget("/%7e?%7e=%c3%a9'|&a:b=[c]&%zz", 'as-given')).toBe('/~?%7e=%c3%a9%27%7C&a:b=%5Bc%5D&%25zz');
    fc.assert(
      fc.property(anyQueries.map(inUrl), (query) => {
        const target = stableTarget(`/${query}`, 'as-given');
        expect(new URL(target, 'https://bank.example').href).toBe(`https://bank.example${target}`);
        expect(pairsOf(target.slice(1))).toEqual(pairsOf(query));
      }),
      ROUNDS,
    );
  });
});

describe('the candidates for a query that was written anew', () => {
  it('are at most four, distinct, of the same pairs', () => {
    fc.assert(
      fc.property(anyQueries.map(inUrl), (query) => {
        const seen = rewritten(query);
        const candidates = candidateTargets(`/x${seen}`);
        expect(candidates.length).toBeLessThanOrEqual(4);
        expect(new Set(candidates).size).toBe(candidates.length);
        for (const candidate of candidates) expect(pairsOf(candidate.slice(2))).toEqual(pairsOf(seen));
      }),
      ROUNDS,
    );
  });
});
