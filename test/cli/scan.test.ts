/** `countersign scan`: what is planted is found, nothing else is, and what is secret of it is not shown. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newKeyid, newKeyText, type ParsedKey } from '../../src/api-key/credential/format.ts';
import { KeyFinder } from '../../src/cli/scan/find-keys.ts';
import { workplace } from './support/cli.ts';

let drawn = 0;
const randomBytes = (length: number) => Uint8Array.from({ length }, () => (drawn = (drawn * 1_103_515_245 + 12_345) % 2 ** 31) >> 16);

function newKey(kind: ParsedKey['kind'] = 'hmac', prefix = 'bank', environment = 'live') {
  const keyid = newKeyid(prefix, environment, randomBytes);
  return { keyid, text: newKeyText(kind, keyid, randomBytes) };
}

function plant(folder: string, file: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), content);
}

describe('scan', () => {
  const { folder, run } = workplace();
  const [secret, bearer, other] = [newKey(), newKey('bearer'), newKey('hmac', 'my_shop', 'test')];
  const mistyped = secret.text.slice(0, -1) + (secret.text.endsWith('a') ? 'b' : 'a');
  plant(folder, 'src/config.ts', `const a = 1;\n  const key = '${secret.text}';\n`);
  plant(folder, 'docs/notes.md', `ü${bearer.text} and "${other.text}",\r\n${secret.keyid} is public`);
  plant(folder, 'docs/wrong.md', `${mistyped}\n${secret.text.slice(0, -3)}\n${secret.keyid}\n`);
  plant(folder, 'stuck.txt', `xx_${secret.text}\n${secret.text}x\n`);
  plant(folder, 'logo.bin', `\0${secret.text}`);
  plant(folder, '.git/objects/x', secret.text);
  plant(folder, 'node_modules/x/index.js', secret.text);
  symlinkSync(join(folder, 'src'), join(folder, 'link'));

  it('finds what is planted, and nothing else', async () => {
    const { code, out, err } = await run(['scan']);
    expect([code, err]).toEqual([1, '']);
    expect(out).toBe(
      `stuck.txt:1:4: ${secret.keyid} (signing secret)\nstuck.txt:2:1: ${secret.keyid} (signing secret)\n` +
        `docs/notes.md:1:3: ${bearer.keyid} (bearer key)\ndocs/notes.md:1:${3 + bearer.text.length + 6}: ${other.keyid} (signing secret)\n` +
        `src/config.ts:2:16: ${secret.keyid} (signing secret)\n`,
    );
    for (const { text } of [secret, bearer, other]) expect(out).not.toContain(text.slice(-49));
  });

  it('tells it as JSON', async () => {
    const { code, out, json } = await run(['scan', 'src', '--json']);
    expect([code, json()]).toEqual([
      1,
      {
        found: [{ file: 'src/config.ts', line: 2, column: 16, keyid: secret.keyid, kind: 'hmac', prefix: 'bank', environment: 'live' }],
        files: 1,
        unreadable: [],
      },
    ]);
    expect(out).not.toContain(secret.text.slice(-49));
  });

  it('looks at the paths and prefixes that are given, and at stdin', async () => {
    expect(await run(['scan', 'docs/wrong.md'])).toMatchObject({ code: 0, out: '' });
    expect((await run(['scan', '--prefix', 'my_shop'])).out).toContain(other.keyid);
    expect(await run(['scan', '--prefix', 'nobody'])).toMatchObject({ code: 0, out: '' });
    expect(await run(['scan', '-'], { input: `+key=${bearer.text}\n` })).toMatchObject({
      code: 1,
      out: `stdin:1:6: ${bearer.keyid} (bearer key)\n`,
    });
  });

  it.each([
    [['--prefx', 'x'], 2, 'did you mean --prefix?'],
    [['none'], 3, 'cannot read none: there is no such file'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(['scan', ...argv]);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });

  it('says what it could not read', async () => {
    const failures = await run(['scan', 'docs/wrong.md', 'logo.bin/x']);
    expect([failures.code, failures.err]).toEqual([3, 'countersign: cannot read logo.bin/x: a folder in its path is a file\n']);
    chmodSync(join(folder, 'docs/wrong.md'), 0o600);
  });
});

describe('pieces of a file', () => {
  it('are as good as the whole, wherever they are cut', () => {
    const keys = [newKey(), newKey('bearer'), newKey()];
    const text = `first\n${keys.map(({ text: key }, index) => `${'-'.repeat(index)} ${key}\n`).join('')}last`;
    const found = (sizes: number) => {
      const finder = new KeyFinder();
      const all = [];
      for (let at = 0; at < text.length; at += sizes) all.push(...finder.find(text.slice(at, at + sizes), false));
      return [...all, ...finder.find('', true)].map(({ keyid, line, column }) => [keyid, line, column]);
    };
    const whole = keys.map(({ keyid }, index) => [keyid, index + 2, index + 2]);
    for (const size of [1, 2, 7, 50, 90, 161, 10_000]) expect(found(size)).toEqual(whole);
  });

  it('of other texts hold no key', () => {
    const finder = new KeyFinder();
    const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    const random = (length: number) => Array.from(randomBytes(length), (byte) => alphabet[byte % 62]).join('');
    const lines = Array.from({ length: 2000 }, () => `bank_live_sec_${random(16)}_${random(49)}\nbank_live_${random(16)}_${random(49)}\n`);
    expect([...finder.find(lines.join(''), false), ...finder.find('', true)]).toEqual([]);
  });
});
