/** `countersign keys` over PostgreSQL, by the client that the user's project has: a key that it issues signs, until it is revoked. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { createApiKeys } from '../../src/api-key/api-keys.ts';
import { aesGcmSealer } from '../../src/api-key/sealing/sealer.ts';
import { commands } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/run.ts';
import { hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { createVerifier, memoryReplayStore, signRequest } from '../../src/index.ts';
import { sqlKeyStore } from '../../src/sql/keys/key-store.ts';
import { fromPg } from '../../src/sql/postgres.ts';
import { contextOf } from '../cli/support/context.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A project in which one client is installed. */
function project(client: string): string {
  const path = join(folder, client);
  mkdirSync(join(path, 'node_modules'), { recursive: true });
  symlinkSync(resolve('node_modules', client), join(path, 'node_modules', client));
  return path;
}

describe.each(['pg', 'postgres'])('keys with %s', (client) => {
  const cwd = project(client);
  const tables = ['--table-prefix', `cli_${client}_`];
  const keys = async (...argv: readonly string[]) => {
    const env = { DATABASE_URL: `postgres://postgres@127.0.0.1:${inject('postgresPort')}/postgres`, COUNTERSIGN_PREFIX: 'bank' };
    const context = contextOf({ argv: ['keys', ...argv], cwd, env });
    const code = await runProgram({ version: '', commands }, context);
    return { code, out: context.stdout.text(), err: context.stderr.text() };
  };

  it('are issued, work with a verifier over the same database, and end', async () => {
    await keys('master-key', '1', '--out', 'master.keys');
    const master = ['--master-keys-file', 'master.keys'];
    expect(await keys('list', ...tables)).toMatchObject({ code: 3, err: expect.stringContaining('countersign keys migrate brings them') });
    expect(await keys('migrate', ...tables)).toMatchObject({ code: 0, err: '' });
    const { code, out } = await keys('issue', '--owner', 'jdoe', '--out', 'jdoe.env', ...tables, ...master);
    expect(code).toBe(0);
    const keyid = out.trim();
    const secret = /^COUNTERSIGN_SECRET=(.+)$/m.exec(readFileSync(join(cwd, 'jdoe.env'), 'utf8'))![1]!;

    const pool = new pg.Pool({ host: '127.0.0.1', port: inject('postgresPort'), user: 'postgres', database: 'postgres' });
    const bytes = new Uint8Array(Buffer.from(readFileSync(join(cwd, 'master.keys'), 'utf8').trim().slice(2), 'base64url'));
    const store = sqlKeyStore(fromPg(pool), { prefix: tables[1]! });
    const apiKeys = createApiKeys({ store, prefix: 'bank', sealer: aesGcmSealer({ current: '1', keys: { 1: bytes } }) });
    const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const verifier = createVerifier({ authority: 'bank.example', resolveKey: apiKeys.resolveKey, replayStore });
    const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] };
    const verify = async () => {
      const { fields } = await signRequest(message, { signer: hmacSigner({ keyid, secret }) });
      return verifier.verifyRequest({ ...message, fields }).then(
        ({ consumer }) => consumer?.owner,
        (error) => error.code,
      );
    };
    expect(await verify()).toBe('jdoe');
    expect(await keys('revoke', keyid, '--reason', 'leaked', ...tables)).toMatchObject({ code: 0, out: `${keyid} revoked\n` });
    apiKeys.invalidate();
    expect(await verify()).toBe('key_revoked');
    expect((await keys('list', '--state', 'revoked', ...tables)).out).toContain(keyid);
    expect((await keys('show', 'nobody', ...tables)).code).toBe(1);
    await apiKeys.close();
    await pool.end();
  });
});
