import { describe, expect, it } from 'vitest';
import { createSignatureBase } from '../../src/rfc9421/base.ts';
import { parseComponent } from '../../src/rfc9421/parse-component.ts';

const components = (...names: string[]) => names.map((name) => parseComponent(name));

describe('createSignatureBase (RFC 9421 2.5)', () => {
  it('is a line a component, then the parameters, without a line break at the end', () => {
    expect(createSignatureBase(({ name }) => `of ${name}`, components('@method', 'x'), '("@method" "x")')).toBe(
      '"@method": of @method\n"x": of x\n"@signature-params": ("@method" "x")',
    );
  });
  it('ends a line with a space when the value is empty', () => {
    expect(createSignatureBase(() => '', components('x'), '("x")')).toBe('"x": \n"@signature-params": ("x")');
  });
  it('refuses what the message does not have', () => {
    expect(() => createSignatureBase(() => undefined, components('x'), '')).toThrow(
      expect.objectContaining({ code: 'component_unresolvable' }),
    );
  });
  it.each(['a\nb', 'a\rb', 'a\0b', 'é', '\x7f', '\ud83d\ude00'])('refuses the value %j', (value) => {
    expect(() => createSignatureBase(() => value, components('x'), '')).toThrow(
      expect.objectContaining({ code: 'component_unresolvable' }),
    );
  });
  it('keeps the order and the text of the parameters it is given', () => {
    expect(createSignatureBase(() => '1', components('x'), '("x");keyid="k";created=1')).toContain(
      '"@signature-params": ("x");keyid="k";created=1',
    );
  });
});
