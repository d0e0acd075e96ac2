/** What keys look like, and who recognises them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { KEY_PATTERN, parseKey, redactCredentials } from 'countersign/api-keys';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/api-key/credential/crc32.ts';
import { assertEnvironment, assertPrefix, newKeyid, newKeyText } from '../../src/api-key/credential/format.ts';
import { systemRandomBytes } from '../../src/crypto/random.ts';

const PREFIXES = ['bank', 'sk', 'my_bank', 'a_b_c', 'abcdefghijklmnop'];

const made = PREFIXES.flatMap((prefix) =>
  (['bearer', 'hmac'] as const).flatMap((kind) =>
    ['live', 'test', 'qa'].map((environment) => {
      const keyid = newKeyid(prefix, environment, systemRandomBytes);
      return { prefix, kind, environment, keyid, text: newKeyText(kind, keyid, systemRandomBytes) };
    }),
  ),
);

describe('the format of keys', () => {
  it.each(made)('reads $kind of $prefix in $environment from the right', ({ prefix, kind, environment, keyid, text }) => {
    expect(parseKey(text)).toEqual({ kind, keyid, prefix, environment });
    expect(text).toMatch(new RegExp(`^${KEY_PATTERN}$`));
  });

  it('has 43 characters of 32 random bytes, whatever they are', () => {
    for (const byte of [0, 1, 255]) {
      const text = newKeyText('bearer', 'bank_live_0000000000000000', (length) => new Uint8Array(length).fill(byte));
      expect(text).toHaveLength(26 + 1 + 43 + 6);
      expect(parseKey(text)?.kind).toBe('bearer');
    }
  });

  it('notices every changed character and every other length', () => {
    for (const { text } of made.slice(0, 4)) {
      for (let index = 0; index < text.length; index++) {
        for (const other of ['0', 'Z', 'q', '_']) {
          const changed = text.slice(0, index) + other + text.slice(index + 1);
          if (changed !== text) expect(parseKey(changed), changed).toBeUndefined();
        }
      }
      for (const changed of [text.slice(1), text.slice(0, -1), `${text}0`, ` ${text}`, `${text}\n`, '', text.toUpperCase()])
        expect(parseKey(changed)).toBeUndefined();
    }
    for (const value of [undefined, null, 7, {}, []]) expect(parseKey(value as string)).toBeUndefined();
  });

  it('has the checksum of zlib', () => {
    for (const text of ['', 'a', '123456789', ...made.map(({ text }) => text)]) expect(crc32(text)).toBe(zlibCrc32(text));
  });

  it.each(['', 'a', 'Bank', '1bank', 'bank_', 'ba nk', 'bänk', 'b'.repeat(17), 'bank\n'])('takes no prefix %j', (prefix) => {
    expect(() => assertPrefix(prefix)).toThrow(RangeError);
  });

  it.each(['', 'l', 'Live', 'sec', 'live1', 'l_v', 'abcdefghi'])('takes no environment %j', (environment) => {
    expect(() => assertEnvironment(environment)).toThrow(RangeError);
  });
});

describe('KEY_PATTERN', () => {
  const log = made.map(({ text }, line) => `${line} GET /coins?key=${text}&x=1 "Basic ${text}:" `).join('\n');
  const wanted = made.flatMap(({ text }) => [text, text]);

  it("finds every key with JavaScript's engine, and nothing that is no key", () => {
    expect(log.match(new RegExp(KEY_PATTERN, 'g'))).toEqual(wanted);
    expect('a_b_c sk_live_short bank_live_4nQe0ZsX9TbKpL2c'.match(new RegExp(KEY_PATTERN, 'g'))).toBeNull();
  });

  it.each([
    ['PCRE, as grep -P has it', ['grep', '-oP']],
    ["POSIX's, as grep -E has it", ['grep', '-oE']],
  ])('finds every key with %s', (_, [command, flag]) => {
    const folder = mkdtempSync(join(tmpdir(), 'keys-'));
    try {
      writeFileSync(join(folder, 'access.log'), log);
      const pattern = flag === '-oE' ? KEY_PATTERN.replace('(?:', '(') : KEY_PATTERN;
      const found = execFileSync(command!, [flag!, pattern, join(folder, 'access.log')], { encoding: 'utf8' });
      expect(found.trim().split('\n')).toEqual(wanted);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes time that grows with the text', () => {
    const nasty = `${'a_'.repeat(20_000)}${'a'.repeat(20_000)}`;
    expect(nasty.match(new RegExp(KEY_PATTERN, 'g'))).toBeNull();
  });
});

describe('redactCredentials', () => {
  const { text, keyid } = made.find(({ kind }) => kind === 'bearer')!;
  const secret = text.slice(-49);

  it('leaves the public name of a key, wherever it stands', () => {
    for (const shape of [`/coins?key=${text}`, `Bearer ${text}`, `https://${text}@bank.example/`, text])
      expect(redactCredentials(shape)).toBe(shape.replace(text, `${keyid}…`));
  });

  it('leaves the start of what only looks like one, and of signing secrets', () => {
    const signing = made.find(({ kind }) => kind === 'hmac')!;
    expect(redactCredentials(signing.text)).not.toContain(signing.text.slice(-49));
    expect(redactCredentials(`${text.slice(0, -1)}0`)).not.toContain(secret.slice(0, 20));
  });

  it('takes the values of named parameters away, however they are spelled', () => {
    expect(redactCredentials('/x?token=abc&a=1&to%6ben=d&token', ['token'])).toBe('/x?token=…&a=1&to%6ben=…&token');
    expect(redactCredentials('/x?a=1&b=2#token=3', ['b'])).toBe('/x?a=1&b=…#token=3');
  });

  it('takes text only', () => {
    expect(() => redactCredentials(7 as never)).toThrow('text must be a string');
    expect(() => redactCredentials('', 'key' as never)).toThrow('parameters must be a list of strings');
  });
});
