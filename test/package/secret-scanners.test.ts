/** The one regular expression for secret scanners: JavaScript's engine and that of `rg`, which many scanners have, find the same. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aesGcmSealer, createApiKeys, KEY_PATTERN, memoryKeyStore, parseKey } from '../../src/api-key/index.ts';

const secrets: readonly string[] = await Promise.all(
  ['bank', 'sk', 'my_bank', 'a1_b_c', 'abcdefghijklmnop'].flatMap((prefix) =>
    ['live', 'test', 'qa', 'sandboxy'].flatMap((environment) =>
      (['hmac', 'bearer'] as const).map(async (kind) => {
        const apiKeys = createApiKeys({
          store: memoryKeyStore(),
          sealer: aesGcmSealer({ current: 'm', keys: { m: new Uint8Array(32) } }),
          pepper: { current: 'p', keys: { p: new Uint8Array(32) } },
          prefix,
          environment,
        });
        return (await apiKeys.issue({ kind, owner: 'jdoe' })).secret;
      }),
    ),
  ),
);

/** How keys stand in files, one line each. */
const PLANTED: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `BANK_SECRET=${secret}`,
  (secret) => `export KEY="${secret}" # production`,
  (secret) => `{"key":"${secret}","other":1}`,
  (secret) => `  key: '${secret}'`,
  (secret) => `\tkey:\t${secret}\t`,
  (secret) => `GET /coins?key=${secret}&x=1 HTTP/1.1`,
  (secret) => `https://${secret}:@bank.example/`,
  (secret) => `Authorization: Bearer ${secret}`,
  (secret) => `<input value="${secret}">`,
  (secret) => `curl -u ${secret}: https://bank.example`,
  (secret) => `a,${secret},b,${secret}`,
  (secret) => `**${secret}**`,
  (secret) => `_${secret}_`,
  (secret) => `${secret}.`,
  (secret) => `(${secret})`,
  (secret) => `"${secret}\\n"`,
  (secret) => `密钥${secret}已泄露`,
  (secret) => `clé:é${secret}é`,
  (secret) => `😀${secret}😀`,
  (secret) => `X${secret}_X`,
  (secret) => `${secret}\r`,
];

/** What looks nearly so. */
const near = (secret: string): readonly string[] => {
  const [id, tail] = [secret.slice(0, -50), secret.slice(-49)];
  return [
    id,
    `${id}_`,
    `${id}_${tail.slice(1)}`,
    `${id}-${tail}`,
    `${id}${tail}`,
    `${id.slice(0, -1)}_${tail}`,
    `${id} _${tail}`,
    `${id}_${tail.slice(0, 20)} ${tail.slice(20)}`,
    `${id}_${tail.slice(0, 48)}-`,
    `${id}_${tail.slice(0, 48)}é`,
    `${id.slice(0, -16)}${'-'.repeat(16)}_${tail}`,
    `${id.slice(-16)}_${tail}`,
    `_${id.slice(-16)}_${tail}`,
    secret.toUpperCase(),
    [...secret].reverse().join(''),
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret).replaceAll('_', '%5F'),
  ];
};

const lines = [...secrets.flatMap((secret) => PLANTED.map((plant) => plant(secret))), ...secrets.flatMap(near)];

describe('KEY_PATTERN', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'scanner-'));
    writeFileSync(join(folder, 'corpus.txt'), lines.join('\n'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const byJavaScript = lines.map((line) => [...line.matchAll(new RegExp(KEY_PATTERN, 'g'))].map(([found]) => found));

  it('finds every planted key, and names it where nothing of a key stands before it', () => {
    for (const [index, secret] of secrets.entries())
      for (const [at, found] of byJavaScript.slice(index * PLANTED.length, (index + 1) * PLANTED.length).entries()) {
        expect(found, PLANTED[at]!(secret)).toContain(secret);
        expect(found.map(parseKey), PLANTED[at]!(secret)).not.toContain(undefined);
      }
  });

  it('finds nothing in what looks nearly so', () => {
    for (const [index, line] of lines.entries())
      if (index >= secrets.length * PLANTED.length) expect(byJavaScript[index], line).toEqual([]);
  });

  it('finds the same with rg', () => {
    const { error, stdout, status } = spawnSync(
      'rg',
      ['--only-matching', '--line-number', '--no-heading', '--', KEY_PATTERN, 'corpus.txt'],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
      },
    );
    if (error !== undefined) throw new Error('rg is missing: install ripgrep', { cause: error });
    expect(status).toBe(0);
    const wanted = byJavaScript.flatMap((found, index) => found.map((one) => `${index + 1}:${one}`));
    expect(stdout.trim().split('\n')).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(secrets.length * PLANTED.length);
  });
});
