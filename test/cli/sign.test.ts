/** `countersign sign` and `url`, to each of their exit codes; and where keys come from. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newKeyText } from '../../src/api-key/credential/format.ts';
import { workplace } from './support/cli.ts';

const { folder, run, put } = workplace();
const KEYID = 'bank_live_4nQe0ZsX9TbKpL2c';
const SECRET = newKeyText('hmac', KEYID, (length) => new Uint8Array(length).fill(7));
const URL_ = 'https://bank.example/coins?a=1';

beforeAll(async () => {
  put('key.env', `# a remark\nexport COUNTERSIGN_KEYID="${KEYID}"\nCOUNTERSIGN_SECRET='${SECRET}'\r\n`);
  put('secret', `${SECRET}\n`);
  put('other-secret', `${'s'.repeat(40)}\n`);
  put('empty', '');
  put('secret.jwk', JSON.stringify({ kty: 'oct', k: 'A'.repeat(43), kid: 'jwk-key' }));
  put('public.pem', (await run(['keys', 'pair', '--out', 'private.pem'])).out);
  put('order.json', '{"amount":10}');
  put('latin1', new Uint8Array([0xff, 0xfe]));
});

describe('sign', () => {
  it('prints the fields', async () => {
    const { code, out, err } = await run([
      'sign',
      URL_,
      '--key-file',
      'key.env',
      '-H',
      'Content-Type: text/plain',
      '--body-file',
      'order.json',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Content-Digest: sha-256=:[\w+/=]+:\nSignature-Input: sig=\("@method" "@authority" "@path" "@query" "content-type" "content-digest"\);created=\d+;nonce="[\w-]+";keyid="bank_live_4nQe0ZsX9TbKpL2c"\nSignature: sig=:[\w+/=]+:\n$/,
    );
    expect(out).not.toContain(SECRET.slice(-49));
  });

  it('tells everything as JSON, and the base for explain', async () => {
    const signed = (await run(['sign', 'https://Bank.example/a b', '--key-file', 'key.env', '--json', '--tag', 'demo'])).json<{
      base: string;
    }>();
    expect(signed).toMatchObject({
      url: 'https://bank.example/a%20b',
      label: 'sig',
      created: expect.any(Number),
      nonce: expect.any(String),
      fields: [
        ['signature-input', expect.stringContaining('tag="demo"')],
        ['signature', expect.any(String)],
      ],
    });
    expect(signed.base).toMatch(/^"@method": GET\n/);
    expect((await run(['sign', URL_, '--key-file', 'key.env', '--base'])).out).toMatch(/^"@method": GET\n"@authority": bank.example\n/);
  });

  it('says where the request is to be sent, if that is not as it was given', async () => {
    expect((await run(['sign', 'https://bank.example/a b', '--key-file', 'key.env'])).err).toBe(
      'countersign: send it to https://bank.example/a%20b\n',
    );
  });

  it.each([
    ['a .env file', ['--key-file', 'key.env'], {}, KEYID],
    ['a private key', ['--key-file', 'private.pem'], {}, /^[\w-]{43}$/],
    ['a private key of another name', ['--key-file', 'private.pem', '--keyid', 'me'], {}, 'me'],
    ['a JWK', ['--key-file', 'secret.jwk'], {}, 'jwk-key'],
    ['a file with the secret', ['--secret-file', 'secret'], {}, KEYID],
    ['a secret of others', ['--secret-file', 'other-secret', '--keyid', 'jdoe'], {}, 'jdoe'],
    ['stdin', ['--secret-file', '-'], {}, KEYID],
    ['a variable', ['--secret-env', 'MINE'], { MINE: SECRET }, KEYID],
    ['the usual variables', [], { COUNTERSIGN_SECRET: 's'.repeat(40), COUNTERSIGN_KEYID: 'jdoe' }, 'jdoe'],
    ['the usual file', [], { COUNTERSIGN_KEY_FILE: 'key.env' }, KEYID],
    ['what is said rather than what is usual', ['--secret-file', 'secret'], { COUNTERSIGN_KEY_FILE: 'private.pem' }, KEYID],
  ])('takes the key from %s', async (_, argv, env, keyid) => {
    const { code, out } = await run(['sign', URL_, ...argv], { env, input: `${SECRET}\n` });
    expect(code).toBe(0);
    expect(/keyid="([^"]+)"/.exec(out)![1]).toMatch(keyid);
  });

  it.each([
    [[], 2, '<url> is missing'],
    [['coins', '--key-file', 'key.env'], 2, '<url> must be absolute'],
    [[URL_, 'more', '--key-file', 'key.env'], 2, 'an argument too many'],
    [[URL_], 2, 'there is no key: --key-file, --secret-file, --secret-env, or COUNTERSIGN_SECRET'],
    [[URL_, '--key-file', 'key.env', '--secret-file', 'secret'], 2, '--key-file excludes'],
    [[URL_, '--secret-env', 'A', '--secret-file', 'secret'], 2, 'exclude each other'],
    [[URL_, '--secret-file', 'other-secret'], 2, '--keyid is required'],
    [[URL_, '--key-file', 'key.env', '--cover', 'x-tenant'], 2, 'x-tenant'],
    [[URL_, '--key-file', 'key.env', '--signature-expires-in', '1'.repeat(9)], 2, 'expiresIn, in seconds, must'],
    [[URL_, '--key-file', 'key.env', '--header', 'x'], 2, 'a header must be'],
    [[URL_, SECRET], 2, 'argument 3 holds a secret'],
    [[URL_, '--key', 'key.env'], 2, 'secrets are no arguments'],
    [[URL_, '--key-file', 'none'], 3, 'cannot read none: there is no such file'],
    [[URL_, '--key-file', 'empty'], 3, 'empty holds no key'],
    [[URL_, '--key-file', '.'], 3, 'cannot read .: it is a folder'],
    [[URL_, '--key-file', 'order.json'], 3, 'order.json: '],
    [[URL_, '--key-file', 'latin1'], 3, 'latin1 is no UTF-8 text'],
    [[URL_, '--key-file', 'public.pem'], 3, 'public.pem holds a public key'],
    [[URL_, '--secret-env', 'UNSET'], 3, 'the variable that --secret-env names is not set'],
    [[URL_, '--key-file', 'key.env', '--body-file', 'none'], 3, 'cannot read none'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(['sign', ...argv, '--json']);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
    expect(ended.json()).toEqual({ error: { kind: code === 2 ? 'usage' : 'failed', message: expect.any(String) } });
    expect(ended.out + ended.err).not.toContain(SECRET.slice(-49));
  });

  it('refuses a secret that is too short, and does not show it', async () => {
    const { code, err } = await run(['sign', URL_, '--secret-env', 'MINE', '--keyid', 'jdoe'], { env: { MINE: 'hunter2' } });
    expect([code, err]).toEqual([2, expect.stringContaining('secret must be at least 32 bytes')]);
    expect(err).not.toContain('hunter2');
  });

  it('warns of a file that others can read', async () => {
    put('open.env', `COUNTERSIGN_KEYID=${KEYID}\nCOUNTERSIGN_SECRET=${SECRET}\n`);
    chmodSync(join(folder, 'open.env'), 0o640);
    expect(await run(['sign', URL_, '--key-file', 'open.env'])).toMatchObject({ code: 0, err: expect.stringContaining('chmod 600') });
    chmodSync(join(folder, 'public.pem'), 0o644);
    const url = (await run(['url', 'sign', URL_, '--expires-in', '1h', '--key-file', 'private.pem'])).out.trim();
    expect(await run(['url', 'verify', url, '--key-file', 'public.pem'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('url', () => {
  const FILE = 'https://files.example/report.pdf';

  it('is signed, and holds', async () => {
    const { code, out } = await run(['url', 'sign', FILE, '--expires-in', '1h', '--key-file', 'key.env']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^https:\/\/files\.example\/report\.pdf\?.+\n$/)]);
    const url = out.trim();
    expect(await run(['url', 'verify', url, '--key-file', 'key.env', '--authority', 'files.example'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^valid keyid bank_live_4nQe0ZsX9TbKpL2c, until 20/),
    });
    expect((await run(['url', 'verify', '-', '--key-file', 'key.env', '--json'], { input: out })).json()).toMatchObject({
      valid: true,
      keyid: KEYID,
    });
  });

  it.each([
    ['another host', ['--authority', 'other.example'], 'authority_forbidden'],
    ['another method', ['--method', 'PUT'], 'signature_mismatch'],
    ['later', ['--at', '2100-01-01'], 'expired'],
    ['earlier', ['--at', '2000-01-01T00:00:00Z'], 'created_in_future'],
    ['a shorter life', ['--max-age', '1m'], 'lifetime_too_long'],
    ['another key', ['--keyid', 'somebody'], 'key_unknown'],
  ])('does not hold for %s', async (_, argv, code) => {
    const url = (await run(['url', 'sign', FILE, '--expires-in', '1h', '--key-file', 'key.env', '--json'])).json<{ url: string }>().url;
    const ended = await run(['url', 'verify', url, '--key-file', 'key.env', '--json', ...argv]);
    expect([ended.code, ended.json()]).toEqual([1, { valid: false, code, message: expect.any(String) }]);
    expect((await run(['url', 'verify', url, '--key-file', 'key.env', ...argv])).out).toMatch(/^refused /);
  });

  it('may be one-time, and have parameters that others append', async () => {
    const options = ['--expires-in', '1h', '--one-time', '--ignore', 'utm_source', '--method', 'PUT', '--key-file', 'private.pem'];
    const url = (await run(['url', 'sign', FILE, ...options])).out.trim();
    const verify = ['url', 'verify', `${url}&utm_source=mail`, '--method', 'PUT', '--key-file', 'public.pem'];
    expect((await run([...verify, '--ignore', 'utm_source'])).code).toBe(0);
    expect((await run(verify)).code).toBe(1);
  });

  it.each([
    [['sign', FILE, '--key-file', 'key.env'], 2, '--expires-in is required'],
    [['sign', FILE, '--key-file', 'key.env', '--expires-in', '9y'], 2, 'expiresIn, in seconds, must'],
    [['sign', 'report.pdf', '--key-file', 'key.env', '--expires-in', '1h'], 2, 'url must be absolute'],
    [['sign', FILE, '--expires-in', '1h'], 2, 'there is no key'],
    [['sign', FILE, '--expires-in', '1h', '--key-file', 'none'], 3, 'cannot read none'],
    [['verify', FILE, '--key-file', 'key.env'], 1, ''],
    [['verify'], 2, '<url> is missing'],
    [['verify', 'report.pdf', '--key-file', 'key.env'], 2, 'url must be absolute'],
    [['verify', FILE, '--key-file', 'key.env', '--at', 'noon'], 2, '--at must be a time'],
    [['verify', FILE], 2, 'there is no key'],
    [['verify', FILE, '--database', 'none.db'], 3, 'there is no database none.db'],
    [['verify', FILE, '--key-file', 'none'], 3, 'cannot read none'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(['url', ...argv]);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});
