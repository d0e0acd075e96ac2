/** `countersign verify` and `explain`: requests as they are saved, to each exit code. */
import { beforeAll, describe, expect, it } from 'vitest';
import { hmacSigner, signRequest } from '../../src/index.ts';
import { workplace } from './support/cli.ts';

const { run, put } = workplace();
const SECRET = 's'.repeat(40);
const KEY = ['--key-file', 'key.env'];
const CREATED = 1_800_000_000;
const BODY = '{"name":"ü","amount":10}';

interface Saved {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly body: string;
}

let saved: Saved;
let base = '';

function httpText({ method, target, fields, body }: Saved, end = '\r\n'): string {
  return [`${method} ${target} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`), '', body].join(end);
}

/** As Chromium saves it over HTTP/2: pseudo-fields, lower-case names, the size of the content not always. */
function chromiumEntry({ method, target, fields, body }: Saved) {
  const pseudo = { ':authority': 'bank.example', ':method': method, ':path': target, ':scheme': 'https' };
  const headers = [...Object.entries(pseudo), ...fields.filter(([name]) => name.toLowerCase() !== 'host')].map(([name, value]) => ({
    name,
    value,
  }));
  const request = {
    method,
    url: `https://bank.example${target}`,
    httpVersion: 'http/2.0',
    headers,
    queryString: [],
    cookies: [],
    headersSize: -1,
  };
  return {
    _initiator: {},
    time: 1.5,
    response: {},
    request: { ...request, bodySize: new TextEncoder().encode(body).length, postData: { mimeType: 'application/json', text: body } },
  };
}

/** As Firefox saves it: names as they were sent, Host among them, `params` beside the text. */
function firefoxEntry({ method, target, fields, body }: Saved) {
  const headers = fields.map(([name, value]) => ({ name, value }));
  const postData = { mimeType: 'application/json', params: [], text: body };
  return {
    pageref: 'page_1',
    request: {
      bodySize: Buffer.byteLength(body),
      method,
      url: `https://bank.example${target}`,
      httpVersion: 'HTTP/2',
      headers,
      cookies: [],
      queryString: [],
      headersSize: 500,
      postData,
    },
  };
}

const har = (...entries: readonly unknown[]): string => JSON.stringify({ log: { version: '1.2', creator: {}, pages: [], entries } });
const withBody = (body: string): Saved => ({ ...saved, body });

beforeAll(async () => {
  const plain = [
    ['Host', 'bank.example'],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(Buffer.byteLength(BODY))],
  ] as const;
  const message = {
    method: 'POST',
    scheme: 'https',
    authority: 'bank.example',
    target: '/coins?a=1',
    fields: plain,
    body: new TextEncoder().encode(BODY),
  };
  const signed = await signRequest(message, { signer: hmacSigner({ keyid: 'jdoe', secret: SECRET }), created: CREATED });
  base = signed.base;
  saved = { method: 'POST', target: '/coins?a=1', fields: [...plain, ...signed.fields], body: BODY };
  put('key.env', `COUNTERSIGN_KEYID=jdoe\nCOUNTERSIGN_SECRET=${SECRET}\n`);
  put('wrong.env', `COUNTERSIGN_KEYID=jdoe\nCOUNTERSIGN_SECRET=${'t'.repeat(40)}\n`);
  put('ok.http', httpText(saved));
});

describe('verify', () => {
  it('says what holds', async () => {
    const { code, out, err } = await run(['verify', 'ok.http', ...KEY, '--authority', 'bank.example', '--at', 'created']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      'valid POST https://bank.example/coins\n  keyid      jdoe\n  algorithm  hmac-sha256\n  created    2027-01-15T08:00:00Z\n' +
        '  covered    "@method" "@authority" "@path" "@query" "content-type" "content-digest"\n',
    );
  });

  it('is as of now, unless something is said', async () => {
    const { code, out } = await run(['verify', 'ok.http', ...KEY, '--json']);
    expect([code, JSON.parse(out)[0].code]).toEqual([1, expect.stringMatching(/^(expired|created_in_future)$/)]);
    expect((await run(['verify', 'ok.http', ...KEY, '--at', String(CREATED + 299)])).code).toBe(0);
    expect((await run(['verify', 'ok.http', ...KEY, '--at', '2027-01-15T09:00:00Z'])).code).toBe(1);
  });

  it.each([
    ['lines that end in LF', () => httpText(saved, '\n')],
    ['a line feed behind the content', () => `${httpText(saved)}\n`],
    [
      'chunks',
      () =>
        httpText({
          ...saved,
          fields: [...saved.fields.filter(([name]) => name !== 'Content-Length'), ['Transfer-Encoding', 'chunked']],
          body: `5;x=y\r\n{"nam\r\n${(Buffer.byteLength(BODY) - 5).toString(16)}\r\n${BODY.slice(5)}\r\n0\r\n\r\n`,
        }),
    ],
    ['an absolute target', () => httpText(saved).replace('POST /coins', 'POST https://bank.example/coins')],
    ['a HAR of Chromium', () => har(chromiumEntry(saved))],
    ['a HAR of Chromium, a byte order mark first', () => `\ufeff${har(chromiumEntry(saved))}`],
    ['a HAR of Firefox', () => har(firefoxEntry(saved))],
    [
      'a HAR of Firefox with base64',
      () =>
        har({
          request: {
            ...firefoxEntry(saved).request,
            postData: { mimeType: 'x/y', text: Buffer.from(BODY).toString('base64'), encoding: 'base64' },
          },
        }),
    ],
    [
      'a HAR with others beside it',
      () => har({ request: { method: 'GET', url: 'https://bank.example/', headers: [] } }, firefoxEntry(saved)),
    ],
  ])('reads %s', async (_, make) => {
    const { code, err } = await run(['verify', '-', ...KEY, '--at', 'created'], { input: make() });
    expect([code, err]).toEqual([0, '']);
  });

  it.each([
    ['another secret', () => httpText(saved), ['--key-file', 'wrong.env'], 'signature_mismatch'],
    ['another keyid', () => httpText(saved), [...KEY, '--keyid', 'somebody'], 'key_unknown'],
    ['another content', () => httpText(withBody(BODY.replace('10', '99'))), KEY, 'digest_mismatch'],
    ['another path', () => httpText({ ...saved, target: '/coin?a=1' }), KEY, 'signature_mismatch'],
    ['another host', () => httpText(saved), [...KEY, '--authority', 'other.example'], 'authority_forbidden'],
    ['another purpose', () => httpText(saved), [...KEY, '--tag', 'x'], 'tag_mismatch'],
    ['a policy', () => httpText(saved), [...KEY, '--policy-file', 'policy.json'], 'component_uncovered'],
    ['no signature', () => httpText({ ...saved, fields: saved.fields.slice(0, 3) }), KEY, 'signature_missing'],
  ])('refuses for %s', async (_, make, argv, code) => {
    put('policy.json', '{"components":["x-tenant"]}');
    const given = () => ({ input: make() });
    const ended = await run(['verify', '-', '--at', 'created', ...argv, '--json'], given());
    expect([ended.code, ended.json<{ valid: boolean; code: string }[]>()[0]]).toEqual([1, expect.objectContaining({ valid: false, code })]);
    expect(await run(['verify', '-', '--at', 'created', ...argv], given())).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^refused POST https:\/\/bank\.example\/coin/),
    });
    expect(ended.out).not.toContain(SECRET);
  });

  it.each([
    ['nothing', '', 3, 'stdin is empty'],
    ['something else', 'hello\n', 3, 'stdin: line 1 must be a request line'],
    ['no Host', 'GET / HTTP/1.1\n\n', 3, 'stdin: the request must have one Host field'],
    ['two Hosts', 'GET / HTTP/1.1\nHost: a\nHost: b\n\n', 3, 'one Host field'],
    ['a folded line', 'GET / HTTP/1.1\nHost: a\n folded\n\n', 3, 'stdin: line 3 must be a field'],
    ['a cut content', 'POST / HTTP/1.1\nHost: a\nContent-Length: 9\n\nabc', 3, 'the content is cut: 3 bytes of 9 are there'],
    ['more content', 'POST / HTTP/1.1\nHost: a\nContent-Length: 1\n\nabc', 3, 'there are 2 bytes behind the content'],
    ['two lengths', 'POST / HTTP/1.1\nHost: a\nContent-Length: 1\nContent-Length: 2\n\nabc', 3, 'Content-Length must be one'],
    ['both framings', 'POST / HTTP/1.1\nHost: a\nContent-Length: 1\nTransfer-Encoding: chunked\n\na', 3, 'both Content-Length and'],
    ['broken chunks', 'POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n5\nab', 3, 'the chunks of the content are broken'],
    ['another coding', 'POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip\n\nx', 3, 'only chunked is'],
    ['no JSON', '{"log":', 3, 'stdin: '],
    ['other JSON', '{"log":1}', 3, 'stdin is JSON, but no HAR file'],
    ['a HAR without requests', '{"log":{"entries":[{}]}}', 3, 'entry 1 of the HAR file has no request'],
    ['a HAR without signatures', '{"log":{"entries":[]}}', 1, 'none of the 0 requests is signed'],
  ])('%s ends with its code', async (_, input, code, message) => {
    const ended = await run(['verify', '-', ...KEY], { input });
    expect([ended.code, ended.out, ended.err]).toEqual([code, '', expect.stringContaining(message)]);
    expect(ended.err.trimEnd()).not.toContain('\n');
  });

  it('does not guess what a HAR file has lost', async () => {
    const lost = { request: { ...chromiumEntry(saved).request, postData: { mimeType: 'x/y', text: BODY.replace('ü', '\ufffd') } } };
    expect(await run(['verify', '-', ...KEY, '--at', 'created'], { input: har(lost) })).toMatchObject({
      code: 3,
      err: expect.stringContaining('does not hold the content as it was sent'),
    });
    const { postData: _, ...without } = chromiumEntry(saved).request;
    expect((await run(['verify', '-', ...KEY], { input: har({ request: without }) })).err).toContain('0 bytes of');
  });

  it('looks at each signed request, or at one', async () => {
    const input = har(chromiumEntry(saved), firefoxEntry({ ...saved, target: '/other' }));
    const both = await run(['verify', '-', ...KEY, '--at', 'created', '--json'], { input });
    expect([both.code, both.json<{ valid: boolean }[]>().map(({ valid }) => valid)]).toEqual([1, [true, false]]);
    expect((await run(['verify', '-', ...KEY, '--at', 'created', '--entry', '1'], { input })).code).toBe(0);
    expect(await run(['verify', '-', ...KEY, '--entry', '3'], { input })).toMatchObject({
      code: 1,
      err: expect.stringContaining('has 2 entries'),
    });
  });

  it('finds keys in a database', async () => {
    const env = { DATABASE_URL: 'keys.db', COUNTERSIGN_PREFIX: 'bank' };
    await run(['keys', 'migrate'], { env });
    await run(['keys', 'master-key', '1', '--out', 'm.keys']);
    await run(['keys', 'issue', '--owner', 'jdoe', '--master-keys-file', 'm.keys', '--out', 'db.env'], { env });
    const { url: _, ...signed } = (await run(['sign', 'https://bank.example/', '--key-file', 'db.env', '--json'])).json<{
      url: string;
      fields: [string, string][];
    }>();
    const input = httpText({ method: 'GET', target: '/', fields: [['Host', 'bank.example'], ...signed.fields], body: '' });
    const verify = (...argv: readonly string[]) => run(['verify', '-', '--master-keys-file', 'm.keys', ...argv], { env, input });
    expect(await verify('--database', '-')).toMatchObject({ code: 0, out: expect.stringContaining('keyid      bank_live_') });
    expect(await verify('--database', 'keys.db', '--environment', 'test')).toMatchObject({ code: 1 });
    expect(await run(['keys', 'list', '--json'], { env }).then((ended) => ended.json())).toMatchObject({ keys: [{ uses: 0 }] });
  });

  it.each([
    [['verify'], 2, '<file> is missing'],
    [['verify', 'ok.http', 'more', ...KEY], 2, 'an argument too many'],
    [['verify', 'ok.http'], 2, 'there is no key'],
    [['verify', 'ok.http', ...KEY, '--scheme', 'ftp'], 2, '--scheme must be one of'],
    [['verify', 'ok.http', ...KEY, '--entry', 'x'], 2, '--entry must be a whole number'],
    [['verify', 'ok.http', ...KEY, '--at', 'noon'], 2, '--at must be a time'],
    [['verify', 'none.http', ...KEY], 3, 'cannot read none.http: there is no such file'],
    [['verify', 'ok.http', '--key-file', 'none'], 3, 'cannot read none'],
    [['verify', 'ok.http', ...KEY, '--policy-file', 'none'], 3, 'cannot read none'],
    [['verify', 'ok.http', '--database', 'none.db'], 3, 'there is no database none.db'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });

  it('has colours on a terminal alone', async () => {
    expect((await run(['verify', 'ok.http', ...KEY, '--at', 'created'], { isTTY: true })).out).toContain('\u001b[32mvalid\u001b[0m');
  });
});

describe('explain', () => {
  beforeAll(() => {
    put('signed.base', base);
    put('moved.http', httpText({ ...saved, target: '/api/coins?a=1' }));
    put('changed.http', httpText(withBody(BODY.replace('10', '99'))));
    put('unsigned.http', httpText({ ...saved, fields: saved.fields.slice(0, 3) }));
    put(
      'refusal.json',
      JSON.stringify({
        type: 'urn:countersign:problem:signature_mismatch',
        code: 'signature_mismatch',
        signatureBase: base.replace('/coins', '/api/coins'),
      }),
    );
    put('silent.json', JSON.stringify({ code: 'signature_mismatch' }));
  });

  it.each([
    [['signed.base', 'ok.http'], 0, 'All lines agree'],
    [['ok.http', 'ok.http'], 0, 'All lines agree'],
    [['ok.http', 'moved.http'], 1, '"@path"\n  signed    /coins\n  received  /api/coins\n  A proxy or router rewrote the path.'],
    [['signed.base', 'refusal.json'], 1, 'refused  signature_mismatch\n"@path"'],
    [['ok.http', 'changed.http'], 1, 'does not fit its Content-Digest'],
  ])('%j ends with %i', async (argv, code, text) => {
    const ended = await run(['explain', ...argv]);
    expect([ended.code, ended.out, ended.err]).toEqual([code, expect.stringContaining(text), '']);
  });

  it('tells it as JSON', async () => {
    expect((await run(['explain', 'ok.http', 'moved.http', '--json'])).json()).toMatchObject({
      same: false,
      contentFits: true,
      differences: [{ component: '"@path"', signed: '/coins', received: '/api/coins' }],
    });
  });

  it.each([
    [['ok.http'], 2, '<received> is missing'],
    [[], 2, '<signed> is missing'],
    [['ok.http', 'ok.http', '--scheme', 'x'], 2, '--scheme must be one of'],
    [['ok.http', 'none'], 3, 'cannot read none'],
    [['ok.http', 'silent.json'], 3, 'holds no signature base: it says signature_mismatch'],
    [['unsigned.http', 'ok.http'], 3, 'the message is not signed'],
    [['key.env', 'ok.http'], 3, 'key.env: line 1 must be a request line'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(['explain', ...argv]);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});
