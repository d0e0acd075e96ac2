/** `countersign gateway`: run in this process, asked over real sockets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hmacSigner, signRequest } from 'countersign';
import { aesGcmSealer, createApiKeys } from 'countersign/api-keys';
import { exportPublicKeyPem, generateKeyPair } from 'countersign/key-pairs';
import { migrate, openSqlite, sqlKeyStore } from 'countersign/sql';
import { afterAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/run.ts';
import { createSigner } from '../../src/crypto/signer.ts';
import { contextOf } from './support/context.ts';

const SECRET = 'what the bank gave to jdoe, 32 bytes or more';
const GATEWAY_SECRET = 'known to the gateway alone';
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const ENV = { JDOE: SECRET, GATE: GATEWAY_SECRET, COUNTERSIGN_MASTER_KEYS: `2027:${MASTER_KEY}`, EMPTY: '' };

const folder = mkdtempSync(join(tmpdir(), 'countersign-gateway-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BASE = ['--profile', 'nginx', '--authority', 'bank.example', '--listen', '127.0.0.1:0', '--insecurely-assume-no-earlier-messages'];
const JDOE = ['--keyid', 'jdoe', '--secret-env', 'JDOE'];

/** Starts the command; `where` is what it says it listens on. */
async function start(...argv: readonly string[]) {
  const ending = new AbortController();
  let tell = (_: string): void => undefined;
  const where = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const context = contextOf({ argv: ['gateway', ...argv], env: ENV, cwd: folder, signal: ending.signal });
  const { write } = context.stdout;
  const stdout = {
    ...context.stdout,
    write: (text: string) => {
      write(text);
      tell(text);
    },
  };
  const ended = runProgram({ version: '0', commands }, { ...context, stdout });
  const end = () => {
    ending.abort();
    return ended;
  };
  const said = await Promise.race([where, ended.then((code) => `ended with ${code}: ${context.stderr.text()}`)]);
  return { said, url: /http:\S+?(?=["\s])/.exec(said)?.[0] ?? '', stderr: context.stderr, end };
}

/** How a command ends that is called wrongly. */
async function failed(...argv: readonly string[]) {
  const context = contextOf({ argv: ['gateway', ...argv], env: ENV, cwd: folder });
  return [await runProgram({ version: '0', commands }, context), context.stderr.text()] as const;
}

async function signedBy(signer = hmacSigner({ keyid: 'jdoe', secret: SECRET })): Promise<Record<string, string>> {
  const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/coins', fields: [] };
  const { fields } = await signRequest(message, { signer });
  const original = { method: 'GET', uri: '/coins', host: 'bank.example', scheme: 'https' };
  return {
    ...Object.fromEntries(fields),
    ...Object.fromEntries(Object.entries(original).map(([name, value]) => [`x-original-${name}`, value])),
  };
}

describe('countersign gateway', () => {
  it('answers, tells refusals, and ends when it is told to', async () => {
    const { said, url, stderr, end } = await start(...BASE, ...JDOE);
    expect(said).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+ for nginx\n$/);
    const headers = await signedBy();
    const answer = await fetch(url, { headers });
    expect([answer.status, answer.headers.get('x-verified-keyid')]).toEqual([200, 'jdoe']);
    expect((await fetch(url, { headers })).status).toBe(401);
    expect((await fetch(url)).status).toBe(500);
    expect(await end()).toBe(0);
    const told = stderr
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told).toEqual([
      {
        time: expect.any(String),
        outcome: 'refused',
        code: 'nonce_replayed',
        keyid: 'jdoe',
        message: expect.stringContaining('counted before'),
      },
      { time: expect.any(String), outcome: 'failed', code: 'gateway_misconfigured', message: expect.stringContaining('x-original-') },
    ]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('answers what was asked before it was told to end', async () => {
    const { url, end } = await start(...BASE, ...JDOE);
    const headers = await signedBy();
    const answer = new Promise<number | undefined>((resolve, reject) => {
      // The head is sent at once, the body only when the server is ending.
      const request = httpRequest(url, { method: 'POST', headers: { ...headers, 'content-length': '1' } }, ({ statusCode }) =>
        resolve(statusCode),
      );
      request.on('error', reject);
      request.flushHeaders();
      request.once('socket', (socket) =>
        socket.once('connect', () =>
          setImmediate(() => {
            void end();
            request.end('x');
          }),
        ),
      );
    });
    expect(await answer).toBe(200);
    expect(await end()).toBe(0);
  });

  it('takes its options from a file, and what the command line says instead', async () => {
    writeFileSync(
      join(folder, 'gateway.json'),
      JSON.stringify({
        profile: 'caddy',
        authority: ['bank.example'],
        listen: '127.0.0.1:0',
        keyid: 'jdoe',
        secretFile: 'secret.txt',
        insecurelyAssumeNoEarlierMessages: true,
      }),
    );
    writeFileSync(join(folder, 'secret.txt'), `${SECRET}\n`);
    const { said, url, end } = await start('--config', 'gateway.json', '--profile', 'nginx', '--json');
    expect(JSON.parse(said)).toEqual({ listening: url, profile: 'nginx' });
    expect((await fetch(url, { headers: await signedBy() })).status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('knows public keys', async () => {
    const { privateKey, publicKey } = await generateKeyPair({ extractable: true });
    writeFileSync(join(folder, 'jdoe.pem'), await exportPublicKeyPem(publicKey));
    const { url, end } = await start(...BASE, '--keyid', 'jdoe', '--public-key-file', 'jdoe.pem');
    expect((await fetch(url, { headers: await signedBy(createSigner({ privateKey, keyid: 'jdoe' })) })).status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('knows the keys of a database, and their owners and scopes', async () => {
    const file = join(folder, 'keys.sqlite');
    const database = openSqlite(file);
    await migrate(database);
    const sealer = aesGcmSealer({ current: '2027', keys: { 2027: Buffer.from(MASTER_KEY, 'base64') } });
    const apiKeys = createApiKeys({ store: sqlKeyStore(database), sealer, prefix: 'bank' });
    const { keyid, secret } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', scopes: ['coins:write'] });
    await apiKeys.close();
    database.close();
    const options = [...BASE, '--database', 'keys.sqlite', '--scope', 'coins:write'];
    const { url, end } = await start(...options);
    const answer = await fetch(url, { headers: await signedBy(hmacSigner({ keyid, secret })) });
    const { headers } = answer;
    expect([answer.status, headers.get('x-verified-owner'), headers.get('x-verified-scopes')]).toEqual([200, 'jdoe', 'coins:write']);
    expect((await fetch(url, { headers: await signedBy() })).status).toBe(401);
    expect(await end()).toBe(0);
  });

  it('asks the gateway for its secret where others can reach it', async () => {
    expect(await failed(...BASE, ...JDOE, '--listen', '0.0.0.0:0')).toEqual([2, expect.stringContaining('--gateway-secret-env')]);
    const { url, end } = await start(...BASE, ...JDOE, '--listen', '0.0.0.0:0', '--gateway-secret-env', 'GATE');
    const here = url.replace('0.0.0.0', '127.0.0.1');
    expect((await fetch(here, { headers: await signedBy() })).status).toBe(500);
    expect((await fetch(here, { headers: { ...(await signedBy()), 'x-gateway-secret': GATEWAY_SECRET } })).status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('listens on a Unix socket', async () => {
    const path = join(folder, 'gateway.sock');
    const { said, end } = await start(...BASE, ...JDOE, '--listen', `unix:${path}`);
    expect(said).toBe(`listening on unix:${path} for nginx\n`);
    const headers = await signedBy();
    const status = await new Promise((resolve) => get({ socketPath: path, path: '/', headers }, (answer) => resolve(answer.statusCode)));
    expect(status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('cannot listen where somebody else does', async () => {
    const first = await start(...BASE, ...JDOE);
    const [code, said] = await failed(...BASE, ...JDOE, '--listen', first.url.replace('http://', ''));
    expect([code, said]).toEqual([3, expect.stringContaining('EADDRINUSE')]);
    expect(await first.end()).toBe(0);
  });

  writeFileSync(join(folder, 'wrong.json'), '{"profiel":"nginx"}');
  writeFileSync(join(folder, 'kind.json'), '{"authority":"bank.example"}');
  writeFileSync(join(folder, 'empty.sqlite'), '');
  writeFileSync(join(folder, 'text.json'), 'profile: nginx');
  it.each([
    [[], 2, 'there is no database: --database'],
    [[...JDOE, '--database', 'x'], 2, '--keyid and --database exclude each other'],
    [JDOE, 2, '--profile is required'],
    [[...JDOE, '--profile', 'nginx'], 2, '--authority is required'],
    [[...BASE, ...JDOE, '--profile', 'apache'], 2, 'profile must be one of nginx'],
    [[...BASE, ...JDOE, '--body', 'forwarded'], 2, 'body must be withheld with this profile'],
    [[...BASE, ...JDOE, '--authority', 'https://bank.example'], 2, 'authority must be a host'],
    [[...BASE, ...JDOE, '--listen', 'everywhere'], 2, '--listen must be an address with a port'],
    [[...BASE, ...JDOE, '--secret', SECRET], 2, 'there is no option --secret: secrets are no arguments'],
    [[...BASE, '--keyid', 'jdoe'], 2, 'the key of --keyid is --secret-env, --secret-file or --public-key-file'],
    [[...BASE, '--keyid', 'jdoe', '--secret-env', SECRET], 3, 'the variable that --secret-env names is not set'],
    [[...BASE, '--keyid', 'jdoe', '--secret-env', 'EMPTY'], 3, 'the variable that --secret-env names is not set'],
    [[...BASE, ...JDOE, '--secret-file', 'x'], 2, '--secret-file and --secret-env exclude each other'],
    [[...BASE, '--keyid', 'jdoe', '--secret-file', 'nowhere'], 3, 'cannot read nowhere: there is no such file'],
    [[...BASE, '--database', 'new.sqlite'], 3, 'there is no database new.sqlite'],
    [[...BASE, '--database', 'empty.sqlite'], 3, 'countersign keys migrate brings its tables'],
    [[...BASE, '--database', 'empty.sqlite', '--master-keys-file', 'text.json'], 3, 'must have <name>:<base64 of 32 bytes>'],
    [[...BASE, ...JDOE, 'nginx'], 2, 'gateway takes options only'],
    [['--config', 'wrong.json'], 2, 'there is no "profiel"; did you mean profile?'],
    [['--config', 'kind.json'], 2, 'authority must be a list of strings'],
    [['--config', 'text.json'], 2, 'is no JSON'],
    [['--config', 'nowhere.json'], 3, 'there is no such file'],
  ] as const)('%j', async (argv, code, message) => {
    const [ended, said] = await failed(...argv);
    expect([ended, said]).toEqual([code, expect.stringContaining(message)]);
    expect(said).not.toContain(SECRET);
  });
});
