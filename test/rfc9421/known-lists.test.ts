import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainComponent } from '../../src/rfc9421/component.ts';
import { KnownLists } from '../../src/rfc9421/known-lists.ts';
import { parseComponent } from '../../src/rfc9421/parse-component.ts';
import { parseSignatureFields } from '../../src/rfc9421/signature-fields.ts';

import { codeOf, message, signed, verifier, withField } from '../support/bank.ts';
import { rounds } from '../support/rounds.ts';

const LIMITS = { labels: 4, components: 32, parameterizedComponents: 32 };
const SIGNATURE = 'sig=:AAAA:';

describe('known component lists', () => {
  it.each(['("@method" "@path")', '("@query-param";name="a)b" "@path")', '("content-digest";key="sha-256")', '()'])(
    'give what parsing gives: %s',
    (list) => {
      const input = `sig=${list};created=1;keyid="k)("`;
      const known = new KnownLists();
      const [parsed] = parseSignatureFields(input, SIGNATURE, LIMITS).map((candidate) => candidate.read());
      known.add(parsed!.components, parsed!.params);
      const [again] = parseSignatureFields(input, SIGNATURE, LIMITS, known).map((candidate) => candidate.read());
      expect(again).toEqual(parsed);
      expect(known.get(list)).toEqual(parsed!.components);
    },
  );

  it('never change what is read, nor what is refused', () => {
    const lists = ['("@method" "@path")', '("content-digest")', '()'];
    const known = new KnownLists();
    for (const list of lists) {
      const [parsed] = parseSignatureFields(`sig=${list}`, SIGNATURE, LIMITS).map((candidate) => candidate.read());
      known.add(parsed!.components, parsed!.params);
    }
    const outcome = (input: string, signature: string, lists?: KnownLists): unknown => {
      try {
        return parseSignatureFields(input, signature, LIMITS, lists).map((candidate) => candidate.read());
      } catch (error) {
        return error;
      }
    };
    const pieces = [
      ...';= ,():"\\',
      ';a',
      ';a=1',
      ';a="x"',
      ';tag="t"',
      ';created=1',
      ';created=1.0',
      ', s=1',
      ', t=()',
      ';x=:AA==:',
      'sig',
      '\t',
    ];
    const noise = fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((parts) => parts.join(''));
    const mostly = (usual: string, weight: number) => fc.oneof({ arbitrary: fc.constant(usual), weight }, { arbitrary: noise, weight: 1 });
    const label = fc.oneof(fc.constant('sig'), fc.constantFrom('s', '*', 'Sig', ''));
    const input = fc.tuple(mostly('', 4), label, fc.constantFrom(...lists), mostly(';created=1', 1));
    const proof = fc.tuple(label, fc.oneof(fc.constant(':AAAA:'), fc.constantFrom(':AA==:', ':AA:', '::', '1')), mostly('', 4));
    let read = 0;
    const holds = ([before, label, list, after]: readonly string[], [name, bytes, more]: readonly string[]) => {
      const [field, signature] = [`${before}${label}=${list}${after}`, `${name}=${bytes}${more}`];
      const without = outcome(field, signature);
      if (Array.isArray(without)) read++;
      expect(outcome(field, signature, known)).toEqual(without);
    };
    fc.assert(fc.property(input, proof, holds), { numRuns: rounds(20_000) });
    expect(read).toBeGreaterThan(rounds(20_000) / 200);
  });

  it('cannot be changed from outside', () => {
    const known = new KnownLists();
    known.add([plainComponent('@method')], '("@method");created=1');
    (known.get('("@method")') as unknown[]).pop();
    expect(known.get('("@method")')).toHaveLength(1);
    expect(Object.isFrozen(known.get('("@method")')![0])).toBe(true);
  });

  it('are not remembered when written another way, or too long', () => {
    const known = new KnownLists();
    known.add([plainComponent('@method'), plainComponent('@path')], '("@method"  "@path");created=1');
    expect(known.get('("@method"  "@path")') ?? known.get('("@method" "@path")')).toBe(undefined);
    const long = parseComponent(`x-${'a'.repeat(2000)}`);
    known.add([long], `(${long.identifier});created=1`);
    expect(known.get(`(${long.identifier})`)).toBe(undefined);
  });

  it('are few', () => {
    const known = new KnownLists();
    const names = Array.from({ length: 1000 }, (_, index) => `x-${index}`);
    for (const name of names) known.add([plainComponent(name)], `("${name}");created=1`);
    expect(names.filter((name) => known.get(`("${name}")`)).length).toBeLessThanOrEqual(64);
    expect(known.get('("x-999")')).toBeDefined();
  });
});

describe('a verifier that knows a list', () => {
  it('still refuses what does not fit it', async () => {
    const bank = verifier();
    const first = await signed();
    await bank.verifyRequest(first);
    const second = await signed();
    const input = (second.fields as [string, string][]).find(([name]) => name === 'signature-input')![1];
    for (const [changed, code] of [
      [input.replace('"@method" ', ''), 'component_uncovered'],
      [input.replace('"@method"', '"@method" "@method"'), 'signature_malformed'],
      [input.replace('("@method"', '( "@method"'), 'signature_mismatch'],
      [input.replace('sig=(', 'sig=((('), 'signature_malformed'],
    ] as const)
      expect(await codeOf(() => bank.verifyRequest(withField(second, 'signature-input', changed)))).toBe(code);
    expect(await codeOf(() => bank.verifyRequest({ ...second, method: 'PUT' }))).toBe('signature_mismatch');
    expect(await codeOf(() => bank.verifyRequest(withField(second, 'content-encoding', 'gzip')))).toBe('component_uncovered');
    expect(await codeOf(() => bank.verifyRequest(second))).toBe('accepted');
    expect(await codeOf(() => bank.verifyRequest(message()))).toBe('signature_missing');
  });
});
