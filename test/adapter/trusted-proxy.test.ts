import { describe, expect, it } from 'vitest';
import { type MessageFromNodeOptions, messageFromNode, type NodeRequestLike } from '../../src/adapter/node.ts';

const request = (members: object): NodeRequestLike => ({
  method: 'GET',
  url: '/coins',
  rawHeaders: ['Host', 'internal:8080'],
  socket: { remoteAddress: '127.0.0.1' },
  [Symbol.asyncIterator]: () => (async function* () {})(),
  ...members,
});

const forwarded = (...lines: readonly string[]) => request({ rawHeaders: ['Host', 'internal:8080', ...lines] });

const trustedProxy = { addresses: ['127.0.0.1'], host: 'X-Forwarded-Host', scheme: 'x-forwarded-proto', prefix: 'x-forwarded-prefix' };

const SENT = ['X-Forwarded-Host', 'bank.example', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Prefix', '/v2'];

describe('trustedProxy', () => {
  it('believes the fields that it names', () => {
    expect(messageFromNode(forwarded(...SENT), { trustedProxy })).toMatchObject({
      authority: 'bank.example',
      scheme: 'https',
      target: '/v2/coins',
    });
  });

  it('believes no others, and none at all where it is not given', () => {
    const plain = { authority: 'internal:8080', scheme: 'http', target: '/coins' };
    expect(messageFromNode(forwarded(...SENT))).toMatchObject(plain);
    expect(messageFromNode(forwarded(...SENT), { trustedProxy: { addresses: ['127.0.0.1'] } })).toMatchObject(plain);
    expect(messageFromNode(forwarded(...SENT), { trustedProxy: { addresses: ['127.0.0.1'], scheme: 'x-forwarded-proto' } })).toMatchObject({
      ...plain,
      scheme: 'https',
    });
  });

  it.each([
    ['another address', { remoteAddress: '10.0.0.9' }],
    ['an address that only ends so', { remoteAddress: '1127.0.0.1' }],
    ['no address', {}],
    ['no socket', null],
  ])('believes nothing from %s', (_, socket) => {
    expect(messageFromNode({ ...forwarded(...SENT), socket } as NodeRequestLike, { trustedProxy })).toMatchObject({
      authority: 'internal:8080',
      target: '/coins',
    });
  });

  it.each([
    ['an IPv4 address in an IPv6 socket', ['127.0.0.1'], '::ffff:127.0.0.1'],
    ['IPv6 in another case', ['FE80::1'], 'fe80::1'],
    ['a function', (address: string) => address.startsWith('10.'), '10.1.2.3'],
    ['a function that is told of none', (address: string) => address === '', undefined],
  ])('knows %s', (_, addresses, remoteAddress) => {
    const made = { ...forwarded(...SENT), socket: { remoteAddress } } as NodeRequestLike;
    expect(messageFromNode(made, { trustedProxy: { ...trustedProxy, addresses } }).authority).toBe('bank.example');
  });

  it('takes only true of a function', () => {
    const addresses = (() => 'yes') as unknown as () => boolean;
    expect(messageFromNode(forwarded(...SENT), { trustedProxy: { ...trustedProxy, addresses } }).authority).toBe('internal:8080');
  });

  it.each([
    ['a host that the client sent as well', ['x-forwarded-host', 'evil.example', 'x-forwarded-host', 'bank.example']],
    ['a list of hosts', ['x-forwarded-host', 'evil.example, bank.example']],
    ['a list of schemes', ['x-forwarded-proto', 'https,http']],
    ['another scheme', ['x-forwarded-proto', 'ftp']],
    ['a prefix that is no path', ['x-forwarded-prefix', 'v2']],
    ['a prefix with a query', ['x-forwarded-prefix', '/v2?a=1']],
    ['a prefix with an empty segment', ['x-forwarded-prefix', '//evil.example']],
  ])('refuses %s', (_, lines) => {
    expect(() => messageFromNode(forwarded(...lines), { trustedProxy })).toThrow(expect.objectContaining({ code: 'target_malformed' }));
  });

  it('takes what the proxy left out for what the server sees', () => {
    expect(messageFromNode(request({}), { trustedProxy })).toMatchObject({ authority: 'internal:8080', scheme: 'http', target: '/coins' });
    expect(messageFromNode(forwarded('x-forwarded-prefix', '/'), { trustedProxy }).target).toBe('/coins');
  });

  it.each([
    ['no addresses', {}],
    ['an empty list', { addresses: [] }],
    ['a range', { addresses: ['10.0.0.0/8'] }],
    ['a wildcard', { addresses: ['*'] }],
    ['true, as of Express', true],
    ['a field that is none', { addresses: ['::1'], host: 'x forwarded' }],
    ['an unknown option', { addresses: ['::1'], hots: 'x-forwarded-host' }],
  ])('is a TypeError with %s', (_, given) => {
    expect(() => messageFromNode(request({}), { trustedProxy: given } as unknown as MessageFromNodeOptions)).toThrow(TypeError);
  });
});

describe('the target', () => {
  it.each([
    ['/v2', '/coins?a=%7e', '/v2/coins?a=%7e'],
    ['/v2/', '/coins', '/v2/coins'],
    ['/v2', '/', '/v2/'],
    ['/v2', '?a', '/v2?a'],
    ['/a%2Fb/c', '/', '/a%2Fb/c/'],
    ['', '/coins', '/coins'],
    ['/', '/coins', '/coins'],
    ['/v2', 'http://bank.example/coins?a', 'http://bank.example/v2/coins?a'],
    ['/v2', 'http://bank.example', 'http://bank.example/v2'],
    ['/v2', '*', '*'],
  ])('with the prefix %j of %j is %j', (prefix, url, target) => {
    expect(messageFromNode(request({ url }), { prefix }).target).toBe(target);
  });

  it.each(['v2', '/v2?x', '/v 2', '/v2#', '//', '/a//b', 2, null])('refuses the prefix %j', (prefix) => {
    expect(() => messageFromNode(request({}), { prefix } as unknown as MessageFromNodeOptions)).toThrow(/^prefix must be/);
  });

  it('is what was sent, before a router took its own path off', () => {
    expect(messageFromNode(request({ url: '/coins', originalUrl: '/api/coins' })).target).toBe('/api/coins');
    expect(messageFromNode(request({ url: '/coins', originalUrl: '/api/coins' }), { prefix: '/v2' }).target).toBe('/v2/api/coins');
    expect(messageFromNode(request({ url: '/coins', originalUrl: undefined })).target).toBe('/coins');
  });
});
