import { describe, expect, it } from 'vitest';
import { VerificationError } from '../../src/errors.ts';
import { ComponentError } from '../../src/internal/component-error.ts';
import type { FieldLines, RequestMessage } from '../../src/rfc9421/message.ts';
import { parseComponent } from '../../src/rfc9421/parse-component.ts';
import { requestSource, responseSource } from '../../src/rfc9421/source.ts';

const request = (changes: Partial<RequestMessage> = {}): RequestMessage => ({
  method: 'POST',
  scheme: 'https',
  authority: 'www.example.com',
  target: '/path?param=value&foo=bar&baz=batman',
  fields: [],
  ...changes,
});

const derive = (component: string, changes: Partial<RequestMessage> = {}) => requestSource(request(changes))(parseComponent(component));
const field = (component: string, ...fields: FieldLines) => derive(component, { fields });
const code = (run: () => unknown): string => {
  try {
    return `accepted ${String(run())}`;
  } catch (error) {
    return error instanceof VerificationError || error instanceof ComponentError ? error.code : `untyped ${String(error)}`;
  }
};

describe('@method (RFC 9421 2.2.1)', () => {
  it('is taken as is, without a change of case', () => {
    expect(derive('@method')).toBe('POST');
    expect(derive('@method', { method: 'patch' })).toBe('patch');
  });
});

describe('@target-uri (2.2.2)', () => {
  it('is the whole URI, assembled of authority and target', () => {
    expect(derive('@target-uri')).toBe('https://www.example.com/path?param=value&foo=bar&baz=batman');
  });
});

describe('@authority (2.2.3)', () => {
  it.each([
    ['WWW.Example.COM', 'https', 'www.example.com'],
    ['example.com:443', 'https', 'example.com'],
    ['example.com:80', 'http', 'example.com'],
    ['example.com:', 'https', 'example.com'],
    ['example.com:8443', 'https', 'example.com:8443'],
    ['example.com:443', 'http', 'example.com:443'],
    ['[2001:DB8::1]:443', 'https', '[2001:db8::1]'],
    ['xn--bcher-kva.example', 'https', 'xn--bcher-kva.example'],
  ])('%s over %s is %s', (authority, scheme, expected) => {
    expect(derive('@authority', { authority, scheme })).toBe(expected);
  });

  it.each(['user@example.com', 'ex%6dple.com', 'bücher.example', 'a b', '', 'a:b:c', 'example.com/x', '[::1', 'a,b'])(
    'refuses %j',
    (authority) => {
      expect(code(() => derive('@authority', { authority }))).toBe('authority_forbidden');
    },
  );
});

describe('@scheme (2.2.4)', () => {
  it('is in lower case', () => {
    expect(derive('@scheme', { scheme: 'HTTPS' })).toBe('https');
  });
});

describe('@request-target (2.2.5)', () => {
  it('is the raw target', () => {
    expect(derive('@request-target', { target: '/a%2fb?x' })).toBe('/a%2fb?x');
  });
});

describe('@path (2.2.6)', () => {
  it.each([
    ['/path?x', '/path'],
    ['/a%2Fb/%7Ec', '/a%2Fb/%7Ec'],
    ['//a/../b', '//a/../b'],
    ['', '/'],
    ['?x', '/'],
    ['/a?', '/a'],
  ])('of %j is %j, untouched', (target, expected) => {
    expect(derive('@path', { target })).toBe(expected);
  });
});

describe('@query (2.2.7)', () => {
  it.each([
    ['/path?param=value&foo=bar', '?param=value&foo=bar'],
    ['/path?queryString', '?queryString'],
    ['/path', '?'],
    ['/path?', '?'],
    ["/path?a='b'&c=%zz", "?a='b'&c=%zz"],
  ])('of %j is %j', (target, expected) => {
    expect(derive('@query', { target })).toBe(expected);
  });
});

describe('@query-param (2.2.8)', () => {
  const target =
    '/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&qux=&flag&twice=1&twice=2';
  it.each([
    ['var', 'this%20is%20a%20big%0Amultiline%20value'],
    ['bar', 'with%20plus%20whitespace'],
    ['fa%C3%A7ade%22%3A%20', 'something'],
    ['qux', ''],
    ['flag', ''],
  ])('%s', (name, expected) => {
    expect(derive(`"@query-param";name="${name}"`, { target })).toBe(expected);
  });

  it('refuses a name that occurs twice', () => {
    expect(code(() => derive('"@query-param";name="twice"', { target }))).toBe('component_unresolvable');
  });

  it('has no value for a name that is not there', () => {
    expect(derive('"@query-param";name="none"', { target })).toBeUndefined();
  });

  it('encodes as the urlencoded percent-encode set says, whatever the bytes', () => {
    const values = ["!'()~*-._", 'é', '%', '%zz', '%C3', '%E2%82', '%F0%9F%98%80', '\ud800', '+', '%2B', '%00'];
    for (const value of values) {
      const expected = [...new URLSearchParams(`v=${value}`)][0]![1];
      const encoded = new URLSearchParams([['', expected]]).toString().slice(1).replaceAll('+', '%20');
      expect(derive('"@query-param";name="v"', { target: `/?v=${value}` })).toBe(encoded);
    }
  });
});

describe('@status (2.2.9)', () => {
  const response = (status: number) => responseSource({ status, fields: [] }, undefined)(parseComponent('@status'));
  it('has three digits', () => {
    expect(response(200)).toBe('200');
    expect(code(() => response(20))).toBe('component_unresolvable');
    expect(code(() => response(200.5))).toBe('component_unresolvable');
  });
  it('is not of requests', () => {
    expect(code(() => derive('@status'))).toBe('component_unresolvable');
  });
});

describe('fields (2.1)', () => {
  it('trims lines and joins them with a comma and a space', () => {
    expect(field('x-a', ['X-A', '  one '], ['x-b', 'no'], ['x-A', '\ttwo, three  '])).toBe('one, two, three');
  });
  it('keeps inner whitespace and quotes', () => {
    expect(field('x-a', ['x-a', 'a   b\t"c "'])).toBe('a   b\t"c "');
  });
  it('unfolds an obsolete fold to one space', () => {
    expect(field('x-a', ['x-a', 'one\r\n   two \r\n\tthree'])).toBe('one two three');
  });
  it('tells an empty field from an absent one', () => {
    expect(field('x-a', ['x-a', ''])).toBe('');
    expect(field('x-a')).toBeUndefined();
  });
  it.each(['content-type', 'content-length', 'content-digest', 'authorization', 'date', 'host', 'set-cookie'])(
    'refuses two lines of %s',
    (name) => {
      expect(code(() => field(name, [name, 'a'], [name, 'b']))).toBe('component_unresolvable');
    },
  );
  it('refuses a content-type that was joined of two, not one with a quoted comma', () => {
    expect(code(() => field('content-type', ['content-type', 'text/plain, text/html']))).toBe('component_unresolvable');
    expect(field('content-type', ['content-type', 'a/b; c="d,e"'])).toBe('a/b; c="d,e"');
  });
  it('never reads a name that begins with @ from fields', () => {
    expect(code(() => requestSource(request({ fields: [['@status', '200']] }))(parseComponent('@status')))).toBe('component_unresolvable');
  });
});

describe('component parameters (2.1.1 to 2.1.4)', () => {
  const dict: FieldLines[number] = ['Example-Dict', '  a=1,    b=2;x=1;y=2,   c=(a   b   c), d'];
  it('sf writes a known structured field anew', () => {
    expect(field('"example-dict";sf', dict)).toBe('a=1, b=2;x=1;y=2, c=(a b c), d');
  });
  it('sf refuses a field whose type is not known, and takes it from the user', () => {
    const component = parseComponent('"x-mine";sf');
    const message = request({ fields: [['x-mine', 'a,   b']] });
    expect(code(() => requestSource(message)(component))).toBe('component_unresolvable');
    expect(requestSource(message, undefined, { 'x-mine': 'list' })(component)).toBe('a, b');
  });
  it('key takes one member', () => {
    expect(field('"example-dict";key="a"', dict)).toBe('1');
    expect(field('"example-dict";key="d"', dict)).toBe('?1');
    expect(field('"example-dict";key="b"', dict)).toBe('2;x=1;y=2');
    expect(field('"example-dict";key="c"', dict)).toBe('(a b c)');
    expect(code(() => field('"example-dict";key="z"', dict))).toBe('component_unresolvable');
    expect(code(() => field('"example-dict";key="a"', ['example-dict', '(((']))).toBe('component_unresolvable');
  });
  it('bs encodes each line, one character one byte', () => {
    expect(field('"example-header";bs', ['Example-Header', 'value, with, lots'], ['Example-Header', 'of, commas'])).toBe(
      ':dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:',
    );
    expect(field('"x";bs', ['x', 'caf\xe9'])).toBe(':Y2Fm6Q==:');
    expect(code(() => field('"x";bs', ['x', '☃']))).toBe('component_unresolvable');
  });
  it('tr reads trailers, and only those', () => {
    const message = request({ fields: [['expires', 'header']], trailers: [['Expires', 'trailer']] });
    expect(requestSource(message)(parseComponent('"expires";tr'))).toBe('trailer');
    expect(requestSource(message)(parseComponent('expires'))).toBe('header');
  });
  it('req reads the request, and is refused in one', () => {
    const source = responseSource({ status: 200, fields: [['x', 'response']] }, request({ fields: [['x', 'request']] }));
    expect(source(parseComponent('"x";req'))).toBe('request');
    expect(source(parseComponent('"@method";req'))).toBe('POST');
    expect(source(parseComponent('x'))).toBe('response');
    expect(code(() => derive('"x";req', { fields: [['x', '1']] }))).toBe('component_unresolvable');
    expect(code(() => source(parseComponent('@method')))).toBe('component_unresolvable');
  });
  it.each([
    '"@nothing"',
    '"@signature-params"',
    '"@method";name="a"',
    '"@query-param"',
    '"@query-param";name',
    '"@status";req',
    '"x";unknown',
    '"x";bs;sf',
    '"x";bs;key="a"',
    '"x";sf=?0',
    '"x";key',
    '"x";name="a"',
    '"X-Upper"',
    '"x y"',
    '""',
    'x y',
    '"x',
  ])('refuses %s', (identifier) => {
    expect(() => parseComponent(identifier)).toThrow(TypeError);
  });
});
