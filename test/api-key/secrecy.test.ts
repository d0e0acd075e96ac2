/** No secret in anything that is shown or kept: errors, logs, JSON, `inspect`, events, and the database file itself. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createVerifier, hmacSigner, memoryReplayStore, type RequestMessage, signRequest } from 'countersign';
import { aesGcmSealer, createApiKeys, type KeyStore, memoryKeyStore, redactCredentials } from 'countersign/api-keys';
import { migrate, openSqlite, sqlKeyStore } from 'countersign/sql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** Bytes as they might be written: raw, hex, base64 and base64url, at each of the three places base64 may begin. */
function spellings(secret: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((skip) => bytes.subarray(skip, skip + 3 * Math.floor((bytes.length - skip) / 3)));
  const texts = [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    [...bytes].join(','),
    ...shifted.flatMap((part) => [part.toString('base64').replace(/=+$/, ''), part.toString('base64url')]),
  ];
  return [bytes, ...texts.map((text) => Buffer.from(text))];
}

const shownOf = (value: unknown): string =>
  [
    inspect(value, { showHidden: true, depth: 12, maxArrayLength: null, maxStringLength: null }).replace(/\s+/g, ''),
    JSON.stringify(value),
    String(value),
    value instanceof Error
      ? `${value.stack} ${inspect(value.cause)} ${JSON.stringify((value as { toProblem?(): unknown }).toProblem?.())}`
      : '',
  ].join('\n');

describe.each([
  ['a SQLite file', true],
  ['memory', false],
])('keys in %s', (_, inFile) => {
  let folder: string;
  const logged: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrecy-'));
    for (const level of ['log', 'error', 'warn', 'info', 'debug'] as const)
      vi.spyOn(console, level).mockImplementation((...given) => void logged.push(...given.map(shownOf)));
  });

  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('show and keep no secret, whatever happens to them', async () => {
    const database = openSqlite(join(folder, 'keys.db'));
    await migrate(database);
    let isDown = false;
    const inner = inFile ? sqlKeyStore(database) : memoryKeyStore();
    const store: KeyStore = {
      ...inner,
      get: (keyid) => {
        if (isDown) throw new Error('connection refused');
        return inner.get(keyid);
      },
    };
    const [master, pepper] = [crypto.getRandomValues(new Uint8Array(32)), crypto.getRandomValues(new Uint8Array(32))];
    const shown: string[] = [];
    const show = <T>(value: T): T => {
      shown.push(shownOf(value));
      return value;
    };
    const sealer = show(aesGcmSealer({ current: 'm', keys: { m: master } }));
    const open = (more: object = {}) =>
      show(
        createApiKeys({
          store,
          sealer,
          pepper: { current: 'p', keys: { p: pepper } },
          prefix: 'bank',
          onEvent: (event) => {
            show(event);
            throw new Error('a hook that fails');
          },
          ...more,
        }),
      );
    const apiKeys = open();
    const signing = show(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' }));
    const bearer = show(await apiKeys.issue({ kind: 'bearer', owner: 'jdoe' }));
    const imported = 'an imported secret, known to the customer';
    show(await apiKeys.importSecret(imported, { owner: 'jdoe', keyid: 'old' }));
    const next = show(await apiKeys.rotate(signing.keyid, { overlap: 60 }));
    const link = await apiKeys.createClaim(next);
    const secrets = [
      master,
      pepper,
      ...[signing.secret, bearer.secret, next.secret, imported, link.token].map((text) => Buffer.from(text)),
    ];
    const verifier = show(
      createVerifier({
        authority: 'bank.example',
        resolveKey: apiKeys.resolveKey,
        replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
      }),
    );
    const message: RequestMessage = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] };
    const attempt = async (work: () => unknown): Promise<void> => {
      try {
        show(await work());
      } catch (error) {
        show(error);
      }
    };
    const signed = async (keyid: string, secret: string) => {
      const { fields } = await signRequest(message, { signer: hmacSigner({ keyid, secret }) });
      return verifier.verifyRequest({ ...message, fields });
    };
    const sent = (value: string, places = {}) => apiKeys.authenticate({ ...message, fields: [['authorization', value]] }, places);
    await attempt(() => signed(signing.keyid, signing.secret));
    await attempt(() => signed('old', imported));
    await attempt(() => signed(signing.keyid, next.secret));
    await attempt(() => sent(`Bearer ${bearer.secret}`));
    await attempt(() => sent(`Bearer ${bearer.secret.slice(0, -1)}!`));
    await attempt(() => sent(`Bearer ${signing.secret}`));
    await attempt(() => sent(`Basic ${btoa(`old:${imported}`)}`, { basic: true }));
    await attempt(() => sent(`Basic ${btoa(`old:${imported}`)}`, { basic: true, kinds: ['hmac'] }));
    await attempt(() => apiKeys.authenticate({ ...message, target: `/?key=${bearer.secret}` }));
    show(redactCredentials(`/?key=${bearer.secret}&other=${signing.secret}`));
    await attempt(() => apiKeys.importSecret(`${imported} `, { owner: 'jdoe' }));
    await attempt(() => apiKeys.issue({ kind: 'hmac', owner: signing.secret.repeat(9) }));
    await attempt(() => apiKeys.get(`${bearer.secret}\u00e4`));
    await attempt(() => apiKeys.claim(`${link.token}x`, { claimer: 'x'.repeat(30) }));
    await attempt(() => apiKeys.resolveKey(signing.keyid, undefined as never));
    await apiKeys.flush();
    const other = open({ sealer: aesGcmSealer({ current: 'n', keys: { n: pepper } }) });
    await attempt(() => other.resolveKey(signing.keyid, undefined as never));
    isDown = true;
    apiKeys.invalidate();
    await attempt(() => signed(signing.keyid, signing.secret));
    await attempt(() => sent(`Bearer ${bearer.secret}`));
    isDown = false;
    show(await apiKeys.list());
    show(await apiKeys.events());
    show(await store.get(signing.keyid));
    show(await store.get(bearer.keyid));
    await apiKeys.revoke(bearer.keyid, { reason: 'leaked' });
    await apiKeys.close();
    // Before it is closed, so that the write-ahead log is there too.
    const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    database.close();
    files.push(...readdirSync(folder).map((file) => readFileSync(join(folder, file))));
    expect(shown.length).toBeGreaterThan(30);
    expect(logged.length).toBeGreaterThan(0);
    const places = [Buffer.from(shown.join('\n')), Buffer.from(logged.join('\n')), ...files];
    for (const [index, secret] of secrets.entries())
      for (const spelling of spellings(secret))
        for (const [at, place] of places.entries()) expect(place.includes(spelling), `secret ${index} in place ${at}`).toBe(false);
    // What is found where it may be: the search works.
    if (inFile) expect(files.some((file) => file.includes(signing.keyid))).toBe(true);
    expect(places[0]!.includes(signing.keyid)).toBe(true);
    // The issued secret alone, without its visible start.
    for (const { secret } of [signing, bearer, next]) for (const place of places) expect(place.includes(secret.slice(-49, -6))).toBe(false);
  });
});
