import { describe, expect, it } from 'vitest';
import { requireDistinct } from '../../src/rfc9421/component.ts';
import { parseComponent } from '../../src/rfc9421/parse-component.ts';

const check = (...names: string[]) => requireDistinct(names.map((name) => parseComponent(name)));
const malformed = expect.objectContaining({ code: 'signature_malformed' });

describe('requireDistinct (RFC 9421 2.5)', () => {
  it('refuses a component that is covered twice, also with its parameters in another order', () => {
    expect(() => check('x', 'x')).toThrow(malformed);
    expect(() => check('"x";sf;req', '"x";req;sf')).toThrow(malformed);
    expect(() => check('x', '"x";sf')).not.toThrow();
  });
  it('does so among many', () => {
    const many = Array.from({ length: 40 }, (_, index) => `x-${index}`);
    expect(() => check(...many)).not.toThrow();
    expect(() => check(...many, 'x-7')).toThrow(malformed);
  });
});
