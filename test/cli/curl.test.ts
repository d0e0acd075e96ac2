/** `countersign curl` against a real server of ours, by the real curl: what is sent is what was signed, and curl learns nothing of the key. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messageFromNode } from '../../src/adapter/node.ts';
import { newKeyText } from '../../src/api-key/credential/format.ts';
import { createVerifier, hmacKey, memoryReplayStore, type VerifiedRequest } from '../../src/index.ts';
import { workplace } from './support/cli.ts';

const { folder, run, put, read } = workplace();
const KEYID = 'bank_live_4nQe0ZsX9TbKpL2c';
const SECRET = newKeyText('hmac', KEYID, (length) => new Uint8Array(length).fill(7));

interface Seen {
  readonly verified: VerifiedRequest | undefined;
  readonly code: string | undefined;
  readonly body: Uint8Array | undefined;
  readonly method: string;
  readonly url: string;
  readonly type: string | undefined;
}

let seen: Seen[] = [];
let server: Server;
let origin = '';
let plain: { method: string; url: string; type: string | undefined; body: string } | undefined;

beforeAll(async () => {
  put('key.env', `COUNTERSIGN_KEYID=${KEYID}\nCOUNTERSIGN_SECRET=${SECRET}\n`);
  const verifier = createVerifier({
    insecurelyTrustHost: true,
    resolveKey: (keyid) => (keyid === KEYID ? hmacKey(SECRET) : undefined),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    limits: { bodyBytes: 4_000_000 },
  });
  server = createServer(async (request, response) => {
    const told = { method: request.method!, url: request.url!, type: request.headers['content-type'] };
    if (request.url!.startsWith('/plain')) {
      let body = '';
      for await (const chunk of request) body += chunk;
      plain = { ...told, body };
      response.end();
      return;
    }
    if (request.url === '/moved') {
      response.writeHead(307, { location: `${origin}/elsewhere` }).end();
      return;
    }
    const message = messageFromNode(request);
    const [verified, code] = await verifier.verifyRequest(message).then(
      (view) => [view, undefined] as const,
      (error) => [undefined, String(error.code ?? error)] as const,
    );
    const body = verified?.signatures[0].components.includes('"content-digest"') ? verified.bytes : undefined;
    seen.push({ verified, code, body, ...told });
    response.statusCode = verified === undefined ? 401 : 200;
    response.end(verified === undefined ? `no: ${code}\n` : 'yes\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  seen = [];
});

const env = { PATH: process.env['PATH'] };
const curl = (argv: readonly string[], given: object = {}) => run(['curl', '-s', '--key-file', 'key.env', ...argv], { env, ...given });

describe('what curl is asked to send arrives signed', () => {
  const BINARY = new Uint8Array([0, 255, 13, 10, 64, 0, 10]);
  beforeAll(() => {
    put('order.json', '{"amount":10}\r\n');
    put('binary', BINARY);
    put('name with blanks.txt', 'a b&c=ü\n');
    put('headers', 'X-Tenant: acme\n# a remark\nContent-Type: text/plain\n');
  });

  it.each([
    ['GET', ['/'], 'GET', '/', undefined],
    [
      'a query, and what parsers would change',
      ['/a/../b?x=1&y=[z]|\'"&w=a%20b+c'],
      'GET',
      '/b?x=1&y=%5Bz%5D%7C%27%22&w=a%20b+c',
      undefined,
    ],
    ['-X', ['-X', 'DELETE', '/coins/7'], 'DELETE', '/coins/7', undefined],
    ['-X without a blank', ['-XPATCH', '-d1', '/coins/7'], 'PATCH', '/coins/7', '1'],
    ['-I', ['-I', '/'], 'HEAD', '/', undefined],
    ['-d', ['-d', 'a=1', '-d', 'b=2', '/'], 'POST', '/', 'a=1&b=2'],
    ['-d @file', ['-d', '@order.json', '/'], 'POST', '/', '{"amount":10}'],
    ['--data-ascii', ['--data-ascii', '@order.json', '/'], 'POST', '/', '{"amount":10}'],
    ['--data-binary @file', ['--data-binary', '@binary', '/'], 'POST', '/', BINARY],
    ['--data-raw', ['--data-raw', '@order.json', '/'], 'POST', '/', '@order.json'],
    ['--json', ['--json', '{"a":', '--json', '1}', '/'], 'POST', '/', '{"a":1}'],
    ['--json @file', ['--json', '@order.json', '/'], 'POST', '/', '{"amount":10}\r\n'],
    ['--data-urlencode', ['--data-urlencode', 'n=a b&c', '--data-urlencode', '=ü~', '/'], 'POST', '/', 'n=a+b%26c&%C3%BC~'],
    ['--data-urlencode @file', ['--data-urlencode', 'n@name with blanks.txt', '/'], 'POST', '/', 'n=a+b%26c%3D%C3%BC%0A'],
    ['-G', ['-G', '-d', 'a=1', '--data-urlencode', 'b=x y', '/?z=0'], 'GET', '/?z=0&a=1&b=x+y', undefined],
    ['-T', ['-T', 'binary', '/files/'], 'PUT', '/files/binary', BINARY],
    ['-H', ['-H', 'Content-Type: text/plain', '-H', 'X-Empty;', '-d', 'x', '/'], 'POST', '/', 'x'],
    ['-H @file', ['-H', '@headers', '--cover', 'x-tenant', '-d', 'x', '/'], 'POST', '/', 'x'],
    ['-H without a field', ['-H', 'Content-Type:', '-H', 'Accept:', '-d', 'x', '/'], 'POST', '/', 'x'],
    ['an empty content', ['-d', '', '/'], 'POST', '/', undefined],
    ['a large content', ['--data-binary', '@large', '/'], 'POST', '/', 'x'.repeat(3_000_000)],
    ['letters together', ['-sSfX', 'PUT', '-dx', '/'], 'PUT', '/', 'x'],
    ['--url', ['--url', '/'], 'GET', '/', undefined],
    ['globs as they are', ['/{a,b}[1-3]'], 'GET', '/%7Ba,b%7D%5B1-3%5D', undefined],
    ['--cover and --tag', ['--cover', '@target-uri', '--signature-expires-in', '1m', '/x'], 'GET', '/x', undefined],
  ] as const)('%s', async (_, argv, method, url, body) => {
    put('large', 'x'.repeat(3_000_000));
    const { code, out, err } = await curl(argv.map((argument) => (argument.startsWith('/') ? origin + argument : argument)));
    expect([code, err, seen.map((one) => [one.code, one.method, one.url])]).toEqual([0, '', [[undefined, method, url]]]);
    if (method !== 'HEAD') expect(out).toBe('yes\n');
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    expect(seen[0]!.body === undefined ? undefined : Buffer.from(seen[0]!.body).toString('hex')).toBe(
      bytes && Buffer.from(bytes).toString('hex'),
    );
  });

  it('from stdin', async () => {
    const { code } = await curl(['-d', '@-', `${origin}/`], { input: 'from\nstdin' });
    expect([code, Buffer.from(seen[0]!.body!).toString()]).toEqual([0, 'fromstdin']);
  });

  it('covers the content type that curl would set', async () => {
    await curl(['-d', 'x', `${origin}/`]);
    await curl(['--json', '1', `${origin}/`]);
    await curl(['-H', 'Content-Type:', '-d', 'x', `${origin}/`]);
    expect(seen.map(({ type, verified }) => [type, verified!.signatures[0].components.includes('"content-type"')])).toEqual([
      ['application/x-www-form-urlencoded', true],
      ['application/json', true],
      [undefined, false],
    ]);
  });

  it('signs for the Host that is given', async () => {
    const { code } = await curl(['-H', 'Host: bank.example', `${origin}/`]);
    expect([code, seen[0]!.code]).toEqual([0, undefined]);
  });

  it('makes the same content as curl by itself', async () => {
    const cases = [
      ['-d', '@order.json'],
      ['-d', 'a', '-d', 'b'],
      ['--data-urlencode', "n=a b&ü~!*()'"],
      ['--data-urlencode', 'n@name with blanks.txt'],
      ['--data-urlencode', '=@x'],
      ['--data-raw', '@x'],
      ['--json', '@order.json', '--json', '2'],
      ['-G', '-d', 'a=1'],
      ['-G', '-d', 'a=1', '--data-urlencode', 'b=é'],
    ];
    for (const argv of cases) {
      await promisify(execFile)('curl', ['-qs', ...argv, `${origin}/plain`], { cwd: folder });
      const byCurl = plain;
      expect((await curl([...argv, `${origin}/plain`])).code).toBe(0);
      // Escapes in a query curl writes in lower case, and means the same.
      expect({ ...plain, url: plain!.url.toLowerCase() }).toEqual(byCurl);
    }
  });
});

describe('what would be sent otherwise than it was signed is not sent', () => {
  it.each([
    [['-L'], 'a redirect would take the signature'],
    [['-sL'], 'a redirect would take the signature'],
    [['--location-trusted'], 'a redirect would take the signature'],
    [['-F', 'a=@order.json'], 'the boundary of a form'],
    [['--form-string', 'a=b'], 'the boundary of a form'],
    [['--next'], 'one signature is for one request'],
    [['--retry', '3'], 'a signature counts once'],
    [['-K', 'curlrc'], 'what it says cannot be seen here'],
    [['--request-target', '/x'], 'what it says cannot be seen here'],
    [['https://other.example/'], 'there are several URLs'],
    [['-T', 'a', '-T', 'b'], 'several --upload-file'],
    [['-T', 'order.json', '-d', 'x'], '--upload-file and --data exclude each other'],
    [['-I', '-d', 'x'], '--head and --data exclude each other'],
    [['--vebrose'], 'did you mean --verbose?'],
    [['-?'], 'does not know the option -? of curl'],
    [['-H'], '-H needs a value'],
    [['-H', 'no colon'], 'a header must be: Name: value'],
    [['-H', 'X-A: b\r\nX-C: d'], 'a header must be: Name: value'],
    [['--cover', 'x-not-there'], 'x-not-there'],
    [['-u', SECRET], 'holds a secret'],
    [['-d', `{"key":"${SECRET}"}`], 'holds a secret'],
    [['--secret', 'x'], 'does not know the option --secret of curl'],
    [['--secret-file', '-'], 'content from stdin would be one'],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await run(['curl', '--key-file', 'key.env', `${origin}/`, ...argv], { env });
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(message)]);
    expect(err).not.toContain(SECRET.slice(-49));
    expect(seen).toEqual([]);
  });

  it.each([
    [[], '<url> is missing'],
    [['/relative'], '<url> must be absolute'],
    [['ftp://bank.example/'], 'must be of https or http'],
    [['https://jdoe:hunter2@bank.example/'], 'holds a secret'],
    [['https://jdoe@bank.example/'], 'must not hold a user'],
  ])('to %j', async (argv, message) => {
    const { code, err } = await run(['curl', '--key-file', 'key.env', ...argv], { env });
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).not.toContain('hunter2');
  });

  it('does not follow a redirect, and says where it leads', async () => {
    const { code, out } = await curl(['-i', `${origin}/moved`]);
    expect([code, seen]).toEqual([0, []]);
    expect(out).toContain(`location: ${origin}/elsewhere`);
  });

  it('does not read ~/.curlrc', async () => {
    mkdirSync(join(folder, 'home'), { recursive: true });
    writeFileSync(join(folder, 'home/.curlrc'), 'data = "more"\nlocation\nheader = "Content-Type: x/y"\n');
    const { code } = await curl([`${origin}/`], { env: { ...env, HOME: join(folder, 'home'), CURL_HOME: join(folder, 'home') } });
    expect([code, seen[0]!.method, seen[0]!.type]).toEqual([0, 'GET', undefined]);
  });
});

describe('how it ends', () => {
  it('as curl does where it is content, whatever the server says', async () => {
    put('wrong.env', `COUNTERSIGN_KEYID=${KEYID}\nCOUNTERSIGN_SECRET=${'x'.repeat(40)}\n`);
    const wrong = (...argv: readonly string[]) => run(['curl', '-s', '--key-file', 'wrong.env', ...argv, `${origin}/`], { env });
    expect(await wrong()).toMatchObject({ code: 0, out: 'no: signature_mismatch\n' });
    expect(await wrong('-f')).toMatchObject({ code: 1, out: '' });
    expect(await wrong('--fail-with-body')).toMatchObject({ code: 1, out: 'no: signature_mismatch\n' });
  });

  it.each([
    [['-d', '@none', 'http://127.0.0.1:1/'], 3, 'cannot read none: there is no such file'],
    [['-T', 'none', 'http://127.0.0.1:1/'], 3, 'cannot read none: there is no such file'],
    [['-H', '@none', 'http://127.0.0.1:1/'], 3, 'cannot read none: there is no such file'],
    [['http://127.0.0.1:1/'], 3, 'curl ended with 7'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await curl(argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });

  it('without curl it says so', async () => {
    expect(await run(['curl', '--key-file', 'key.env', `${origin}/`], { env: { PATH: folder } })).toMatchObject({
      code: 3,
      err: 'countersign: there is no curl on the path: install it\n',
    });
  });

  it('without a key it says where one may be', async () => {
    expect(await run(['curl', `${origin}/`], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no key: --key-file'),
    });
  });

  it('is ended with the program', async () => {
    const ending = new AbortController();
    const hanging = createServer(() => ending.abort());
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const { port } = hanging.address() as { port: number };
    const { code, err } = await curl([`http://127.0.0.1:${port}/`], { signal: ending.signal });
    expect([code, err]).toEqual([3, 'countersign: interrupted\n']);
    hanging.closeAllConnections();
    hanging.close();
  });
});

describe('the secret', () => {
  it.each([
    ['of a file', ['--key-file', 'key.env'], {}],
    ['of a variable', ['--secret-env', 'BANK_SECRET'], { BANK_SECRET: SECRET }],
    ['of the usual variables', [], { COUNTERSIGN_KEYID: KEYID, COUNTERSIGN_SECRET: SECRET }],
    ['of a file of its own', ['--secret-file', 'secret'], {}],
  ])('%s is in no argument and no variable of curl', async (_, argv, given) => {
    put('secret', `${SECRET}\n`);
    // A curl that writes down what the system shows of it.
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(
      join(folder, 'bin/curl'),
      `#!/bin/sh\ntr '\\0' '\\n' </proc/$$/cmdline >${folder}/cmdline\ntr '\\0' '\\n' </proc/$$/environ >${folder}/environ\n`,
    );
    chmodSync(join(folder, 'bin/curl'), 0o755);
    const { code } = await run(['curl', ...argv, `${origin}/`], {
      env: { PATH: `${join(folder, 'bin')}:${env.PATH}`, DATABASE_URL: 'postgres://a:b@c/d', ...given },
    });
    expect(code).toBe(0);
    const told = read('cmdline') + read('environ');
    expect(told).toContain('signature-input');
    expect(told).not.toContain(SECRET.slice(-49));
    expect(told).not.toContain('postgres://');
    expect(readFileSync(join(folder, 'cmdline'), 'utf8')).not.toContain('COUNTERSIGN');
  });
});
