/** The quick start of README.md, exactly as it is printed there, in an empty project with the packed package; and then what strangers send. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createSignedFetch, hmacSigner, parseRefusal, type SignedFetchOptions } from '../../src/index.ts';
import { root } from '../package/support/manifest.ts';
import { parseFiles } from './support/fences.ts';
import { run } from './support/project.ts';

const { consumer, scratch } = inject('packed');
const folder = join(scratch, 'quick-start');
const files = parseFiles(readFileSync(join(root, 'README.md'), 'utf8'));
const ORDER = '{"currency":"goldcoins","amount":10}';
const JSON_TYPE = { 'content-type': 'application/json' };

let provider: ChildProcess;
let errors = '';
let port = 8080;

/** Where 8080 is taken, the same on another port. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(wanted, '127.0.0.1', () => resolve(true));
  });
  if (!(await listening)) return freePort(0);
  const { port: found } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return found;
}

async function startProvider(): Promise<void> {
  provider = spawn(process.execPath, ['--env-file=.env', 'provider.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  provider.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    provider.once('exit', (code) => reject(new Error(`the provider ended with ${code}: ${errors}`)));
    provider.stdout!.once('data', () => resolve());
  });
}

beforeAll(async () => {
  mkdirSync(folder);
  cpSync(join(consumer, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  cpSync(join(consumer, 'package.json'), join(folder, 'package.json'));
  port = await freePort(port);
  for (const [name, code] of files) writeFileSync(join(folder, name), port === 8080 ? code : code.replaceAll('8080', String(port)));
  const { failed, stderr } = await run(folder, 'secret.mjs');
  if (failed) throw new Error(stderr);
  await startProvider();
});

afterAll(() => void provider?.kill());

const secret = (): string => /^BANK_SECRET=(.+)$/m.exec(readFileSync(join(folder, '.env'), 'utf8'))![1]!;

/** Sends as somebody who has the secret, or another one. */
function send(body: string | undefined, options: Partial<SignedFetchOptions> = {}, init: RequestInit = {}): Promise<Response> {
  const bank = createSignedFetch({ signer: hmacSigner({ keyid: 'jdoe', secret: secret() }), ...options });
  return bank(`http://127.0.0.1:${port}/coins`, { method: 'POST', headers: JSON_TYPE, ...init, ...(body === undefined ? {} : { body }) });
}

const codeOf = async (response: Response): Promise<unknown> => [response.status, (await parseRefusal(response))?.code];

describe('the quick start of README.md', () => {
  it('has three files', () => {
    expect([...files.keys()]).toEqual(['secret.mjs', 'provider.mjs', 'consumer.mjs']);
  });

  it('is of a package that the printed commands install', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<Record<string, string>>;
    expect(readme).toContain(`npm install ${name} `);
    expect(readme).toContain(`npm install ./${name}-${version}.tgz`);
  });

  it('gives each its commands', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const command of ['node secret.mjs', 'node --env-file=.env provider.mjs', 'node --env-file=.env consumer.mjs'])
      expect(readme).toContain(`\`${command}\``);
  });

  it('says what it prints, at the first attempt and whenever it is run', async () => {
    const promised = /console\.log\(response.*\/\/ (.+)$/m.exec(files.get('consumer.mjs')!)![1];
    for (let count = 0; count < 2; count++) {
      const { stdout, stderr } = await run(folder, '--env-file=.env', 'consumer.mjs');
      expect([stdout.trim(), stderr]).toEqual([promised, '']);
    }
  });

  it('says at once that the secret is not there', async () => {
    for (const file of ['provider.mjs', 'consumer.mjs']) {
      const { failed, stderr } = await run(folder, file);
      expect([failed, stderr]).toEqual([true, expect.stringContaining('secret')]);
    }
  });
});

describe('what the provider of README.md answers', () => {
  it.each(['null', '[]', '""', '0', '{}', '{"currency":"goldcoins","amount":"10"}', '{', '{"amount":1,"amount":1}', '[null]'])(
    'to a signed body that is no order, 400: %s',
    async (body) => {
      expect(await codeOf(await send(body))).toEqual([400, expect.stringMatching(/^payload_/)]);
    },
  );

  it('to a request without content, 400', async () => {
    expect(await codeOf(await send(undefined, {}, { method: 'GET', headers: {} }))).toEqual([400, 'payload_malformed']);
  });

  it('to a field that is not covered, 401', async () => {
    expect(await codeOf(await send(ORDER, { insecurelyAllowUncovered: ['content-type'] }))).toEqual([401, 'component_uncovered']);
    expect(await codeOf(await send(ORDER, { insecurelyAllowUncovered: ['content-digest'] }))).toEqual([401, 'digest_missing']);
  });

  it('to an unsigned request, one signed by somebody else, and one that came before, 401', async () => {
    const url = `http://127.0.0.1:${port}/coins`;
    expect(await codeOf(await fetch(url))).toEqual([401, 'signature_missing']);
    expect(await codeOf(await fetch(url, { method: 'POST', body: ORDER, headers: JSON_TYPE }))).toEqual([401, 'signature_missing']);
    const stranger = hmacSigner({ keyid: 'jdoe', secret: 'another secret, which nobody gave to jdoe' });
    expect(await codeOf(await send(ORDER, { signer: stranger }))).toEqual([401, 'signature_mismatch']);
    const unknown = hmacSigner({ keyid: 'mallory', secret: secret() });
    expect(await codeOf(await send(ORDER, { signer: unknown }))).toEqual([401, 'signature_mismatch']);
    const sent: Request[] = [];
    const record: typeof fetch = async (...args) => {
      sent.push(new Request(...args));
      return fetch(sent[0]!.clone());
    };
    expect((await send(ORDER, { fetch: record })).status).toBe(200);
    expect(await codeOf(await fetch(sent[0]!))).toEqual([401, 'nonce_replayed']);
  });

  it('to what is no signature, 400', async () => {
    const headers = { ...JSON_TYPE, 'signature-input': 'sig=(', signature: 'sig=:AA==:' };
    expect(await codeOf(await fetch(`http://127.0.0.1:${port}/coins`, { method: 'POST', body: ORDER, headers }))).toEqual([
      400,
      'signature_malformed',
    ]);
  });

  it('to a body that is too large, 413', async () => {
    expect(await codeOf(await send(`"${'x'.repeat(2 ** 20)}"`))).toEqual([413, 'body_too_large']);
  });

  it('and afterwards still 200: nothing ended it, and nothing was left on its stderr', async () => {
    expect([await (await send(ORDER)).text(), provider.exitCode, errors]).toEqual(['10 goldcoins for jdoe', null, '']);
  });
});

describe('a checkout', () => {
  it('runs by the two commands at the top of the page', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const head = readme.slice(0, readme.indexOf('## '));
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(head).toMatch(/^npm install && npm run demo\b/m);
    expect(head).toMatch(/^npm install && npm test\b/m);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
  });
});
