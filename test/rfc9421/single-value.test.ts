/** Fields with one value (RFC 9421 2.1; RFC 9110 5.3): two lines, and two values that were joined, are refused. */
import { describe, expect, it } from 'vitest';
import { ComponentError } from '../../src/internal/component-error.ts';
import { createFieldReader } from '../../src/rfc9421/field-lines.ts';
import { plainField } from '../../src/rfc9421/single-value.ts';

const read = (name: string, ...values: readonly string[]): string | undefined =>
  plainField(createFieldReader(values.map((value) => [name, value] as const)), name);

describe('a field with one value', () => {
  it.each(['authorization', 'content-digest', 'content-length', 'content-type', 'date', 'host', 'set-cookie'])(
    '%s in two lines is refused, also if they agree',
    (name) => {
      expect(read(name, '1')).toBe('1');
      for (const other of ['1', '2', '']) expect(() => read(name, '1', other)).toThrow(ComponentError);
    },
  );

  it.each([
    'text/plain, text/html',
    'text/plain; a="x", text/html',
    'text/plain; a="x\\"y", text/html; b=","',
    'text/plain; a="\\\\", text/html',
    'text/plain; a="\\\\\\"", text/html',
    'text/plain; a=\\", text/html',
    ', text/html',
    'text/plain,',
  ])('content-type %s is two that were joined', (value) => {
    expect(() => read('content-type', value)).toThrow('"content-type" occurs twice');
  });

  it.each(['text/plain; a="x, y"', 'text/plain; a="x\\", y"', 'text/plain; a="\\\\\\", y"', 'text/plain; a="x\\\\\\", y"; b=1'])(
    'content-type %s is one',
    (value) => {
      expect(read('content-type', value)).toBe(value);
    },
  );

  it.each([
    ['content-length', '5, 5'],
    ['host', 'a.example, b.example'],
  ])('%s: %s is two that were joined', (name, value) => expect(() => read(name, value)).toThrow(ComponentError));

  it('others may occur as often as they like, and dates have a comma of their own', () => {
    expect(read('x-a', '1', '2')).toBe('1, 2');
    expect(read('date', 'Wed, 09 Jun 2027 10:18:14 GMT')).toBe('Wed, 09 Jun 2027 10:18:14 GMT');
    expect(read('x-none')).toBeUndefined();
  });
});
