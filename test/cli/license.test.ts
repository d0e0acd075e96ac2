/** `countersign license` and `completion`, to each of their exit codes. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { workplace } from './support/cli.ts';

const { folder, run, put, read } = workplace();
const ISSUE = ['license', 'issue', '--product', 'io.example.app', '--key-file', 'private.pem'];
const VERIFY = ['--product', 'io.example.app', '--public-key-file', 'public.pem'];

beforeAll(async () => {
  put('public.pem', (await run(['keys', 'pair', '--out', 'private.pem'])).out);
  put('other.pem', (await run(['keys', 'pair', '--out', 'other-private.pem'])).out);
  put('terms.json', '{"seats":5,"critical":["seats"]}');
  put('key.env', `COUNTERSIGN_KEYID=x\nCOUNTERSIGN_SECRET=${'s'.repeat(40)}\n`);
  put('not-json', '{');
  put('license', (await run([...ISSUE, '--subject', 'acme', '--feature', 'a,b', '--expires', '2100-01-01'])).out);
});

describe('license', () => {
  it('is issued in both forms, and counts', async () => {
    const line = await run([...ISSUE, '--line']);
    expect(line).toMatchObject({ code: 0, out: expect.stringMatching(/^[\w-]+\n$/) });
    put('line', line.out);
    expect((await run(['license', 'verify', 'line', ...VERIFY])).code).toBe(0);
    expect(await run(['license', 'verify', 'license', ...VERIFY])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^valid\n {2}product +io\.example\.app\n {2}subject +acme\n/),
    });
    expect((await run(['license', 'verify', '-', ...VERIFY, '--json'], { input: read('license') })).json()).toMatchObject({
      valid: true,
      subject: 'acme',
      terms: { features: ['a', 'b'] },
      expires: Date.UTC(2100, 0, 1) / 1000,
    });
    expect((await run([...ISSUE, '--json'])).json()).toEqual({ json: expect.any(String), line: expect.any(String) });
  });

  it('goes into a new file', async () => {
    expect(
      (await run([...ISSUE, '--terms-file', 'terms.json', '--machine', 'm1', '--maintenance-until', '2030-01-01', '--out', 'own'])).code,
    ).toBe(0);
    const own = ['license', 'verify', 'own', ...VERIFY, '--machine', 'm1'];
    expect((await run([...own, '--understood', 'seats', '--released-at', '2029-01-01'])).code).toBe(0);
    expect((await run(own)).out).toContain('refused critical unknown');
    expect(await run([...ISSUE, '--out', 'own'])).toMatchObject({ code: 3, err: 'countersign: cannot write own: it is there already\n' });
  });

  it.each([
    ['another product', ['license', '--product', 'io.example.other', '--public-key-file', 'public.pem'], 'tag_mismatch'],
    ['another key', ['license', '--product', 'io.example.app', '--public-key-file', 'other.pem'], 'key_unknown'],
    [
      'another key of that name',
      ['license', '--product', 'io.example.app', '--public-key-file', 'other.pem', '--keyid', 'KEYID'],
      'signature_mismatch',
    ],
    ['somebody else', ['license', ...VERIFY, '--subject', 'other'], 'subject_mismatch'],
    ['later', ['license', ...VERIFY, '--at', '2101-01-01'], 'expired'],
    ['no license', ['terms.json', ...VERIFY], 'payload_malformed'],
  ])('does not count for %s', async (_, argv, code) => {
    const { keyid } = (await run(['license', 'verify', 'license', ...VERIFY, '--json'])).json<{ keyid: string }>();
    const ended = await run(['license', 'verify', ...argv.map((argument) => (argument === 'KEYID' ? keyid : argument)), '--json']);
    expect([ended.code, ended.json<{ valid: boolean }>().valid]).toEqual([1, false]);
    if (code !== 'payload_malformed') expect(ended.json<{ code: string }>().code).toBe(code);
  });

  it.each([
    [['issue', '--key-file', 'private.pem'], 2, '--product is required'],
    [['issue', '--product', 'x.y'], 2, '--key-file is required'],
    [['issue', '--product', 'X Y', '--key-file', 'private.pem'], 2, 'product must'],
    [['issue', '--product', 'x.y', '--key-file', 'private.pem', '--expires', 'soon'], 2, '--expires must be a time'],
    [['issue', '--product', 'x.y', '--key-file', 'private.pem', '--expires', '2001-01-01'], 2, 'expires must'],
    [['issue', '--product', 'x.y', '--key-file', 'key.env'], 3, 'key.env holds no private key'],
    [['issue', '--product', 'x.y', '--key-file', 'none'], 3, 'cannot read none'],
    [['issue', '--product', 'x.y', '--key-file', 'private.pem', '--terms-file', 'not-json'], 3, 'not-json is not the JSON'],
    [['verify', 'license', '--public-key-file', 'public.pem'], 2, '--product is required'],
    [['verify', 'license', '--product', 'x.y'], 2, '--public-key-file is required'],
    [['verify', ...VERIFY], 2, '<file> is missing'],
    [['verify', 'license', ...VERIFY, '--public-key-file', 'other.pem', '--keyid', 'x'], 2, '--keyid is for one'],
    [['verify', 'none', ...VERIFY], 3, 'cannot read none'],
    [['verify', 'license', '--product', 'x.y', '--public-key-file', 'private.pem'], 3, 'private.pem holds no public key'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(['license', ...argv]);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('completion', () => {
  it('completes commands and options in bash', async () => {
    put('complete.sh', (await run(['completion', 'bash'])).out);
    const complete = (...words: readonly string[]) =>
      spawnSync(
        'bash',
        [
          '-c',
          `source ./complete.sh; COMP_WORDS=(countersign ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _countersign; echo "\${COMPREPLY[*]}"`,
        ],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      ).stdout.trim();
    expect(complete('').split(' ')).toEqual([...commands.map(({ name }) => name)]);
    expect(complete('ke')).toBe('keys');
    expect(complete('keys', 'ro')).toBe('rotate');
    expect(complete('keys', 'issue', '--own')).toBe('--owner');
    expect(complete('scan', '--pre')).toBe('--prefix');
  });

  it.each(['zsh', 'fish'])('names them for %s', async (shell) => {
    const { code, out } = await run(['completion', shell]);
    expect(code).toBe(0);
    for (const word of ['keys', 'rotate', 'owner']) expect(out).toContain(word);
  });

  it.each([
    [[], 2, '<bash|zsh|fish> is missing'],
    [['tcsh'], 2, '--shell must be one of bash, zsh, fish'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(['completion', ...argv]);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});
