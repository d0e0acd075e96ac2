/** `countersign keys` over a SQLite file: each command to each of its exit codes, and where its secrets go. */
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApiKeys } from '../../src/api-key/api-keys.ts';
import { parseKey } from '../../src/api-key/credential/format.ts';
import { aesGcmSealer } from '../../src/api-key/sealing/sealer.ts';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { createVerifier, memoryReplayStore, signRequest } from '../../src/index.ts';
import { sqlKeyStore } from '../../src/sql/keys/key-store.ts';
import { openSqlite } from '../../src/sql/sqlite.ts';
import { workplace } from './support/cli.ts';

const { folder, run, put, read } = workplace();
const env = { DATABASE_URL: 'keys.db', COUNTERSIGN_PREFIX: 'bank', USER: 'clerk' };
const MASTER = ['--master-keys-file', 'master.keys'];
const keys = (...argv: readonly string[]) => run(['keys', ...argv], { env });

/** A key whose secret is in a file. */
async function issued(name: string, ...options: readonly string[]): Promise<string> {
  const { code, out, err } = await keys(
    'issue',
    '--owner',
    'jdoe',
    '--max-keys-per-owner',
    '1000',
    '--out',
    `${name}.env`,
    ...MASTER,
    ...options,
  );
  expect([code, err]).toEqual([0, `countersign: the secret is in ${name}.env, and nowhere else\n`]);
  return out.trim();
}

const secretOf = (file: string): string => /^COUNTERSIGN_SECRET=(.+)$/m.exec(read(file))![1]!;
const modeOf = (file: string): number => statSync(join(folder, file)).mode & 0o777;

beforeAll(async () => {
  expect((await keys('migrate')).out).toBe('the tables are of version 2 now; it was 0\n');
  expect((await keys('master-key', '2027', '--out', 'master.keys')).code).toBe(0);
  expect((await keys('master-key', 'p1', '--out', 'peppers')).code).toBe(0);
});

describe('keys migrate', () => {
  it('makes a database that others do not read, and may be called again', async () => {
    expect(modeOf('keys.db')).toBe(0o600);
    expect(await keys('migrate')).toMatchObject({ code: 0, out: 'the tables are of version 2\n' });
    expect((await keys('migrate', '--json')).json()).toEqual({ from: 2, to: 2 });
  });

  it.each([
    [['migrate', 'keys.db'], 2, 'there is an argument too many'],
    [['migrate', '--table-prefix', 'Ä'], 2, 'prefix must'],
    [['migrate', '--database', 'there/is/none.db'], 3, 'cannot write there/is/none.db: there is no such file'],
    [['migrate', '--database', '.'], 3, 'cannot open the database .'],
    [['migrate', '--database', 'redis://cache'], 2, 'the database must be a file'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await keys(...argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('a database', () => {
  it('that is not there is not made by looking at it', async () => {
    expect(await keys('list', '--database', 'typo.db')).toMatchObject({
      code: 3,
      err: 'countersign: there is no database typo.db: countersign keys migrate makes one\n',
    });
    expect(existsSync(join(folder, 'typo.db'))).toBe(false);
  });

  it('without tables is told from one that is broken', async () => {
    openSqlite(join(folder, 'empty.db')).close();
    expect((await keys('list', '--database', 'empty.db')).err).toBe(
      'countersign: the tables are not there: countersign keys migrate brings them\n',
    );
    put('broken.db', 'x'.repeat(4096));
    const { code, out, err } = await keys('list', '--database', 'broken.db', '--json');
    expect([code, err]).toEqual([3, 'countersign: cannot open the database broken.db: file is not a database\n']);
    expect(JSON.parse(out)).toEqual({ error: { kind: 'failed', message: 'cannot open the database broken.db: file is not a database' } });
  });

  it('must be named', async () => {
    expect(await run(['keys', 'list'])).toMatchObject({ code: 2, err: expect.stringContaining('there is no database') });
  });

  it('with a password is no argument', async () => {
    const { code, err } = await keys('list', '--database', 'postgres://bank:hunter2@db/bank');
    expect(code).toBe(2);
    expect(err).not.toContain('hunter2');
  });

  it('of PostgreSQL needs a client of the user', async () => {
    expect(await run(['keys', 'list'], { env: { DATABASE_URL: 'postgres://127.0.0.1:1/bank' } })).toMatchObject({
      code: 3,
      err: 'countersign: PostgreSQL needs a client of yours: npm install pg (or postgres) in this project\n',
    });
  });

  it('of PostgreSQL that does not answer is one line', async () => {
    // The tests have pg beside them.
    const { code, out, err } = await run(['keys', 'list', '--json'], {
      cwd: process.cwd(),
      env: { DATABASE_URL: 'postgres://bank:hunter2@127.0.0.1:1/bank' },
    });
    expect([code, err]).toEqual([3, 'countersign: the database: connect ECONNREFUSED 127.0.0.1:1\n']);
    expect(JSON.parse(out)).toEqual({ error: { kind: 'failed', message: 'the database: connect ECONNREFUSED 127.0.0.1:1' } });
  });
});

describe('keys master-key and keys pair', () => {
  it('write into files that only their owner reads, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      expect((await keys('master-key', '2028', '--out', 'other.keys', '--json')).json()).toEqual({ name: '2028', file: 'other.keys' });
      expect((await keys('pair', '--out', 'pair.pem')).out).toMatch(/^-----BEGIN PUBLIC KEY-----\n[\w+/=]+\n-----END PUBLIC KEY-----\n$/);
    } finally {
      process.umask(before);
    }
    expect([modeOf('other.keys'), modeOf('pair.pem')]).toEqual([0o600, 0o600]);
    expect(read('other.keys')).toMatch(/^2028:[\w-]{43}\n$/);
    expect(read('pair.pem')).toContain('-----BEGIN PRIVATE KEY-----');
  });

  it('tell the pair as JSON', async () => {
    const pair = (await keys('pair', '--out', 'pair2.pem', '--json')).json<{ publicKey: object; thumbprint: string }>();
    expect(pair).toMatchObject({
      file: 'pair2.pem',
      publicKey: { kty: 'OKP', crv: 'Ed25519' },
      thumbprint: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(Object.keys(pair.publicKey)).not.toContain('d');
  });

  it.each([
    [['master-key', '2029'], 2, '--out is required'],
    [['master-key', 'a name', '--out', 'x'], 2, '<name> must be letters'],
    [['master-key', '--out', 'x'], 2, '<name> is missing'],
    [['master-key', '2029', '--out', 'master.keys'], 3, 'cannot write master.keys: it is there already'],
    [['pair'], 2, '--out is required'],
    [['pair', '--out', 'no/such/folder'], 3, 'cannot write no/such/folder: there is no such file'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await keys(...argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('keys issue', () => {
  it('prints two lines, once, or JSON', async () => {
    const { code, out, err } = await keys('issue', '--owner', 'ann', ...MASTER);
    expect([code, err]).toEqual([0, 'countersign: the secret is shown this once\n']);
    const [, keyid, secret] = /^COUNTERSIGN_KEYID=(.+)\nCOUNTERSIGN_SECRET=(.+)\n$/.exec(out)!;
    expect(parseKey(secret!)).toMatchObject({ keyid, kind: 'hmac', prefix: 'bank', environment: 'live' });
    const { key, secret: bearer } = (
      await keys('issue', '--owner', 'ann', '--kind', 'bearer', '--peppers-file', 'peppers', '--json', '--environment', 'test')
    ).json<{ key: { keyid: string }; secret: string }>();
    expect(parseKey(bearer)).toMatchObject({ keyid: key.keyid, kind: 'bearer', environment: 'test' });
  });

  it('keeps what is said of the key', async () => {
    put('metadata.json', '{"contract":7}');
    const options = [
      '--tenant',
      'acme',
      '--name',
      'laptop',
      '--scope',
      'coins:read,coins:write',
      '--scope',
      'rates',
      '--label',
      'team=red',
    ];
    const keyid = await issued(
      'said',
      ...options,
      '--metadata-file',
      'metadata.json',
      '--expires-in',
      '90d',
      '--not-before',
      '2020-01-31',
      '--pending',
    );
    const { key } = (await keys('show', keyid, '--json')).json<{ key: { notAfter: number; createdAt: number } }>();
    expect(key).toMatchObject({
      tenant: 'acme',
      owner: 'jdoe',
      name: 'laptop',
      scopes: ['coins:read', 'coins:write', 'rates'],
      labels: { team: 'red' },
      metadata: { contract: 7 },
      status: 'pending',
      notBefore: Date.UTC(2020, 0, 31) / 1000,
    });
    expect(key.notAfter - key.createdAt).toBe(90 * 86_400);
  });

  it('writes the secret into a new file that only its owner reads, and nowhere else', async () => {
    const before = process.umask(0);
    const keyid = await issued('mine').finally(() => process.umask(before));
    expect(modeOf('mine.env')).toBe(0o600);
    expect(read('mine.env')).toMatch(new RegExp(`^COUNTERSIGN_KEYID=${keyid}\nCOUNTERSIGN_SECRET=bank_live_sec_\\w+\n$`));
    const secret = secretOf('mine.env');
    for (const argv of [['list'], ['list', '--json'], ['show', keyid, '--events'], ['show', keyid, '--events', '--json']]) {
      const { out, err } = await keys(...argv);
      expect(out + err).not.toContain(secret.slice(-49));
    }
    expect(readFileSync(join(folder, 'keys.db'), 'latin1')).not.toContain(secret.slice(-49));
  });

  it('makes no key where the secret could not be written', async () => {
    const count = async () => (await keys('list', '--json', '--limit', '1000')).json<{ keys: unknown[] }>().keys.length;
    const before = await count();
    symlinkSync('nowhere', join(folder, 'link'));
    for (const out of ['mine.env', 'link', 'no/such/folder', '.']) {
      const { code, err } = await keys('issue', '--owner', 'jdoe', '--out', out, ...MASTER);
      expect([code, err]).toEqual([3, expect.stringMatching(/^countersign: cannot write [^\n]+\n$/)]);
    }
    expect(await count()).toBe(before);
  });

  it('leaves no file where there is no key', async () => {
    expect((await keys('issue', '--owner', 'jdoe', '--out', 'left.env')).code).toBe(2);
    expect(existsSync(join(folder, 'left.env'))).toBe(false);
  });

  it('issues a key whose signatures a verifier over the same file accepts, until it is revoked', async () => {
    const keyid = await issued('works', '--scope', 'coins:write');
    const database = openSqlite(join(folder, 'keys.db'));
    const [, name, bytes] = /^(\w+):(.+)$/m.exec(read('master.keys'))!;
    const apiKeys = createApiKeys({
      store: sqlKeyStore(database),
      prefix: 'bank',
      sealer: aesGcmSealer({ current: name!, keys: { [name!]: new Uint8Array(Buffer.from(bytes!, 'base64url')) } }),
    });
    const verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: apiKeys.resolveKey,
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    });
    const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] };
    const verify = async () => {
      const { fields } = await signRequest(message, { signer: hmacSigner({ keyid, secret: secretOf('works.env') }) });
      return verifier.verifyRequest({ ...message, fields }).then(
        ({ consumer }) => consumer?.scopes,
        ({ code }) => code,
      );
    };
    expect(await verify()).toEqual(['coins:write']);
    expect((await keys('revoke', keyid, '--reason', 'leaked')).out).toBe(`${keyid} revoked\n`);
    apiKeys.invalidate();
    expect(await verify()).toBe('key_revoked');
    database.close();
  });

  it.each([
    [['--owner', 'jdoe', '--max-keys-per-owner', '1', ...MASTER], 1, 'an owner may have 1 keys'],
    [['--owner', 'jdoe', 'surplus', ...MASTER], 2, 'an argument too many'],
    [[...MASTER], 2, '--owner is required'],
    [['--owner', 'jdoe', '--kind', 'rsa', ...MASTER], 2, '--kind must be one of hmac, bearer'],
    [['--owner', 'jdoe', '--expires-in', 'soon', ...MASTER], 2, '--expires-in must be a duration'],
    [['--owner', 'jdoe', '--expires-in', '99y', ...MASTER], 2, 'expiresIn must'],
    [['--owner', 'jdoe', '--not-before', '2027-02-31x', ...MASTER], 2, '--not-before must be a time'],
    [['--owner', 'jdoe', '--label', 'red', ...MASTER], 2, '--label must be name=value'],
    [['--owner', 'jdoe', '--scope', 'a b', ...MASTER], 2, 'each of scopes must be'],
    [['--owner', 'jdoe', '--prefix', 'Ä', ...MASTER], 2, 'prefix must be'],
    [['--owner', 'jdoe', '--secret', 'hunter2'], 2, 'secrets are no arguments'],
    [['--owner', 'jdoe', '--out', 'x.env', '--claim', ...MASTER], 2, '--out and --claim exclude each other'],
    [['--owner', 'jdoe', '--claim', '--claim-expires-in', '32d', ...MASTER], 2, '--claim-expires-in must be up to 31d'],
    [['--owner', 'jdoe'], 2, 'master keys are needed'],
    [['--owner', 'jdoe', '--kind', 'bearer'], 2, 'a pepper is needed'],
    [['--owner', 'jdoe', '--metadata-file', 'none.json', ...MASTER], 3, 'cannot read none.json: there is no such file'],
    [['--owner', 'jdoe', '--metadata-file', 'bad.json', ...MASTER], 3, 'bad.json is not the JSON that is read here'],
    [['--owner', 'jdoe', '--master-keys-file', 'bad.json'], 3, 'bad.json must have <name>:<base64 of 32 bytes>'],
    [['--owner', 'jdoe', '--master-keys-file', 'twice.keys'], 3, 'twice.keys must hold master keys, each once'],
  ])('%j ends with %i', async (argv, code, message) => {
    put('bad.json', '{"a":1,"a":2}');
    put('twice.keys', read('master.keys').repeat(2));
    const ended = await keys('issue', ...argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
    expect(ended.err).not.toContain('hunter2');
    expect(ended.err.trimEnd()).not.toContain('\n');
  });

  it('needs a prefix', async () => {
    const { COUNTERSIGN_PREFIX: _, ...without } = env;
    expect(await run(['keys', 'issue', '--owner', 'jdoe'], { env: without })).toMatchObject({
      code: 2,
      err: expect.stringContaining('--prefix'),
    });
  });

  it('issues once for an idempotency key', async () => {
    await issued('once', '--idempotency-key', 'order-1');
    const again = await keys(
      'issue',
      '--owner',
      'jdoe',
      '--idempotency-key',
      'order-1',
      '--max-keys-per-owner',
      '1000',
      '--json',
      ...MASTER,
    );
    expect(again).toMatchObject({ code: 1 });
    expect(again.json()).toEqual({ error: { kind: 'no', code: 'key_exists', message: expect.any(String) } });
  });

  it('warns of a file with master keys that others can read', async () => {
    writeFileSync(join(folder, 'open.keys'), read('master.keys'));
    chmodSync(join(folder, 'open.keys'), 0o644);
    const { code, err } = await keys('issue', '--owner', 'bob', '--master-keys-file', 'open.keys');
    expect([code, err]).toEqual([0, expect.stringContaining('other users can read open.keys')]);
  });

  it('takes master keys from the environment', async () => {
    const { code } = await run(['keys', 'issue', '--owner', 'bob'], { env: { ...env, COUNTERSIGN_MASTER_KEYS: read('master.keys') } });
    expect(code).toBe(0);
  });
});

describe('keys list', () => {
  it('is a table, in which nobody steers the terminal', async () => {
    await keys('issue', '--owner', 'eve\u001b[2J', '--name', '\u202e', ...MASTER);
    const { code, out } = await keys('list', '--owner', 'eve\u001b[2J');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^KEYID +KIND +OWNER +STATE +CREATED +LAST USED +EXPIRES +NAME\nbank_live_\w+ +hmac +eve\\u\{1b\}\[2J +active .*\\u\{202e\}\n$/,
    );
  });

  it('has colours on a terminal alone, and not where NO_COLOR is set', async () => {
    const outOf = async (given: object) => (await run(['keys', 'list'], { env, ...given })).out;
    expect((await outOf({ isTTY: true })).split('KEYID')[0]).toBe('\u001b[1m');
    expect(await outOf({ isTTY: true, env: { ...env, NO_COLOR: '1' } })).toMatch(/^KEYID/);
    expect(await outOf({})).toMatch(/^KEYID/);
  });

  it('goes on from a cursor, and filters', async () => {
    const { keys: first, cursor } = (await keys('list', '--limit', '1', '--json')).json<{ keys: { keyid: string }[]; cursor: string }>();
    const { keys: second } = (await keys('list', '--limit', '1', '--cursor', cursor, '--json')).json<{ keys: { keyid: string }[] }>();
    expect(second[0]!.keyid).not.toBe(first[0]!.keyid);
    expect((await keys('list', '--limit', '1')).err).toBe(`countersign: there are more: --cursor ${cursor}\n`);
    const soon = await issued('soon', '--expires-in', '1d');
    const within = (await keys('list', '--expiring-within', '2d', '--json')).json<{ keys: { keyid: string }[]; cursor: null }>();
    expect(within).toMatchObject({ keys: [{ keyid: soon }], cursor: null });
    expect(await keys('list', '--owner', 'nobody')).toMatchObject({ code: 0, out: '' });
  });

  it.each([
    [['--state', 'gone'], 2, '--state must be one of'],
    [['--limit', 'many'], 2, '--limit must be a whole number'],
    [['--limit', '0'], 2, 'limit must be'],
    [['--cursor', 'x'], 2, 'cursor must be'],
    [['--unused-since', 'ever'], 2, '--unused-since must be a time'],
    [['--ownr', 'x'], 2, 'did you mean --owner?'],
    [['--max-keys-per-owner', '1'], 2, 'there is no option --max-keys-per-owner'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await keys('list', ...argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('the life of a key', () => {
  it('goes from one to the next, and its history tells who did it', async () => {
    const keyid = await issued('life');
    expect(await keys('disable', keyid, '--reason', 'looks odd')).toMatchObject({ code: 0, out: `${keyid} disabled\n` });
    expect(await keys('enable', keyid)).toMatchObject({ code: 0, out: `${keyid} active\n` });
    const next = await keys('rotate', keyid, '--overlap', '7d', '--out', 'next.env', ...MASTER);
    expect(next.code).toBe(0);
    expect(modeOf('next.env')).toBe(0o600);
    expect(await keys('revoke', keyid, '--reason', 'done', '--series', '--json')).toMatchObject({ code: 0 });
    const { out } = await keys('show', keyid, '--events');
    expect([...out.matchAll(/Z {2}(\w+) +cli:clerk$/gm)].map(([, action]) => action)).toEqual([
      'issued',
      'disabled',
      'enabled',
      'rotated',
      'revoked',
    ]);
    expect((await keys('show', next.out.trim())).out).toMatch(/^state +revoked$/m);
  });

  it('finds the environment of a keyid by itself', async () => {
    const keyid = await issued('testing', '--environment', 'test');
    expect(keyid).toMatch(/^bank_test_/);
    expect(await keys('revoke', keyid, '--reason', 'over')).toMatchObject({ code: 0 });
  });

  const NONE = 'bank_live_0000000000000000';
  it.each([
    ['show', [NONE], 1, 'there is no such key'],
    ['show', [], 2, '<keyid> is missing'],
    ['show', [NONE, NONE], 2, 'an argument too many'],
    ['rotate', [NONE, '--overlap', '1d'], 1, 'there is no such key'],
    ['rotate', [NONE], 2, '--overlap is required'],
    ['rotate', [NONE, '--overlap', 'x'], 2, '--overlap must be a duration'],
    ['revoke', [NONE, '--reason', 'x'], 1, 'there is no such key'],
    ['revoke', [NONE], 2, '--reason is required'],
    ['disable', [NONE], 1, 'there is no such key'],
    ['disable', [], 2, '<keyid> is missing'],
    ['enable', [NONE], 1, 'there is no such key'],
    ['enable', [NONE, '--reason'], 2, "Option '--reason <value>' argument missing"],
    ['show', [NONE, '--database', 'none.db'], 3, 'there is no database none.db'],
    ['rotate', [NONE, '--overlap', '1d', '--database', 'none.db'], 3, 'there is no database none.db'],
    ['revoke', [NONE, '--reason', 'x', '--database', 'none.db'], 3, 'there is no database none.db'],
    ['disable', [NONE, '--database', 'none.db'], 3, 'there is no database none.db'],
    ['enable', [NONE, '--database', 'none.db'], 3, 'there is no database none.db'],
  ])('%s %j ends with %i', async (command, argv, code, message) => {
    const ended = await keys(command, ...argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });

  it('does not go on after the end', async () => {
    const keyid = await issued('ended');
    await keys('revoke', keyid, '--reason', 'x');
    for (const argv of [
      ['enable', keyid],
      ['disable', keyid],
      ['rotate', keyid, '--overlap', '0', ...MASTER],
    ])
      expect((await keys(...argv)).code).toBe(1);
    expect((await keys('revoke', keyid, '--reason', 'again')).code).toBe(0);
  });

  it('needs the master keys to go on', async () => {
    const keyid = await issued('sealed');
    expect(await keys('rotate', keyid, '--overlap', '0')).toMatchObject({
      code: 2,
      err: expect.stringContaining('master keys are needed'),
    });
  });
});

describe('a claim', () => {
  it('is handed over as a link, and taken once', async () => {
    const { code, out, err } = await keys(
      'issue',
      '--owner',
      'carl',
      '--claim-url',
      'https://bank.example/claim',
      '--claim-expires-in',
      '2h',
      ...MASTER,
    );
    expect([code, err]).toEqual([0, expect.stringContaining('waits to be claimed, once')]);
    expect(out).toMatch(/^https:\/\/bank\.example\/claim#[\w-]{43}\n$/);
    put('link', out);
    expect((await keys('claim', '--token-file', 'link', '--out', 'claimed.env')).code).toBe(0);
    expect(modeOf('claimed.env')).toBe(0o600);
    expect(parseKey(secretOf('claimed.env'))).toMatchObject({ kind: 'hmac' });
    expect(await run(['keys', 'claim', '--token-env', 'LINK', '--json'], { env: { ...env, LINK: out } })).toMatchObject({ code: 1 });
    expect(await run(['keys', 'claim', '--token-file', '-', '--out', 'again.env'], { env, input: out })).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, 'again.env'))).toBe(false);
  });

  it('is told as JSON', async () => {
    const { claim, ...told } = (await keys('issue', '--owner', 'carl', '--claim', '--json', ...MASTER)).json<{
      claim: { token: string };
    }>();
    expect(Object.keys(told)).toEqual(['key']);
    const taken = await run(['keys', 'claim', '--token-file', '-', '--json'], { env, input: `${claim.token}\n` });
    expect(taken.json()).toEqual({ keyid: expect.any(String), secret: expect.any(String) });
  });

  it.each([
    [['--token-file', '-'], 1, 'there is nothing to claim'],
    [[], 2, 'the token is missing: give it by --token-file or --token-env'],
    [['x'.repeat(43)], 2, 'an argument too many'],
    [['--token', 'x'], 2, 'secrets are no arguments'],
    [['--token-file', 'a', '--token-env', 'b'], 2, 'exclude each other'],
    [['--token-env', 'UNSET'], 3, 'the variable that --token-env names is not set'],
    [['--token-file', 'none'], 3, 'cannot read none: there is no such file'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await run(['keys', 'claim', ...argv], { env, input: 'nothing' });
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('public keys', () => {
  const pairOf = async (name: string): Promise<string> => {
    const { out } = await keys('pair', '--out', `${name}.private.pem`);
    put(`${name}.public.pem`, out);
    return `${name}.public.pem`;
  };

  it('are registered at once', async () => {
    const file = await pairOf('dora');
    const { code, out } = await keys('enrol', '--owner', 'dora', '--public-key-file', file);
    expect([code, out]).toEqual([0, expect.stringMatching(/^[\w-]{43}\n$/)]);
    expect(await keys('enrol', '--owner', 'dora', '--public-key-file', file)).toMatchObject({
      code: 1,
      err: expect.stringContaining('countersign:'),
    });
    const next = await pairOf('dora2');
    expect(await keys('rotate', out.trim(), '--overlap', '1d')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--public-key-file'),
    });
    expect(await keys('rotate', out.trim(), '--overlap', '1d', '--public-key-file', next)).toMatchObject({ code: 0 });
  });

  it('are registered by their owners, who prove that they have the private half', async () => {
    await pairOf('emil');
    expect((await keys('enrol', '--owner', 'emil', '--scope', 'coins:write', '--out', 'token')).code).toBe(0);
    expect(modeOf('token')).toBe(0o600);
    const { out } = await keys('prove', '--key-file', 'emil.private.pem', '--token-file', 'token');
    put('enrolment.json', out);
    const { key } = (await keys('enrol', '--accept-file', 'enrolment.json', '--json')).json<{ key: object }>();
    expect(key).toMatchObject({ owner: 'emil', kind: 'ed25519', scopes: ['coins:write'] });
    await pairOf('fritz');
    put('stolen.json', (await keys('prove', '--key-file', 'fritz.private.pem', '--token-file', 'token')).out);
    expect(await keys('enrol', '--accept-file', 'stolen.json')).toMatchObject({ code: 1 });
  });

  it('are enrolled by a token on the screen, too', async () => {
    const { code, out, err } = await keys('enrol', '--owner', 'gerd');
    expect([code, out, err]).toEqual([0, expect.stringMatching(/^[\w-]{43}\n$/), expect.stringContaining('shown this once')]);
    expect((await keys('enrol', '--owner', 'gerd', '--token-expires-in', '1h', '--json')).json()).toEqual({
      token: expect.any(String),
      expiresAt: expect.any(Number),
    });
  });

  it.each([
    [['enrol', '--accept-file', 'refused.json'], 1, 'there is nothing to claim under this token'],
    [['enrol'], 2, '--owner is required'],
    [['enrol', '--owner', 'x', '--not-before', '2027-01-01'], 2, '--not-before is for a key'],
    [['enrol', '--owner', 'x', '--accept-file', 'a', '--public-key-file', 'b'], 2, 'exclude each other'],
    [['enrol', '--owner', 'x', '--public-key-file', 'master.keys'], 3, 'master.keys: '],
    [['enrol', '--owner', 'x', '--public-key-file', 'none.pem'], 3, 'cannot read none.pem'],
    [['prove', '--token-file', 'token'], 2, '--key-file is required'],
    [['prove', '--key-file', 'peppers', '--token-file', 'token'], 3, 'peppers holds no key'],
    [['prove', '--key-file', 'mine.env', '--token-file', 'token'], 3, 'mine.env holds no private key'],
  ])('%j ends with %i', async (argv, code, message) => {
    put(
      'refused.json',
      JSON.stringify({ token: 'x'.repeat(43), proof: 'AA', publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }),
    );
    const ended = await keys(...argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('keys rewrap', () => {
  it('seals anew under the first master key', async () => {
    const { folder: _, run: runThere, put: putThere } = workplace();
    const there = (...argv: readonly string[]) => runThere(['keys', ...argv], { env });
    await there('migrate');
    putThere('old', `2027:${'A'.repeat(43)}\n`);
    await there('issue', '--owner', 'jdoe', '--master-keys-file', 'old');
    putThere('both', `2028:${'B'.repeat(42)}A\n2027:${'A'.repeat(43)}\n`);
    expect((await there('rewrap', '--dry-run', '--master-keys-file', 'both')).out).toBe('1 would be sealed anew\n');
    expect((await there('rewrap', '--master-keys-file', 'both', '--json')).json()).toEqual({ rewrapped: 1, dryRun: false });
    expect((await there('rewrap', '--master-keys-file', 'both')).out).toBe('0 were sealed anew\n');
  });

  it.each([
    [['rewrap'], 2, 'master keys are needed'],
    [['rewrap', '--master-keys-file', 'other.keys'], 3, 'there is no master key or pepper 2027'],
    [['rewrap', 'x', ...MASTER], 2, 'an argument too many'],
    [['rewrap', ...MASTER, '--database', 'none.db'], 3, 'there is no database none.db'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await keys(...argv);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
  });
});
