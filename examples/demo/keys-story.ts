/**
 * The provider's half: keys in a SQLite file, issued, used, rotated while requests come in, and revoked; and one that only identifies.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSignedFetch, createVerifier, generateSecret, hmacSigner, isVerificationError, type Signer } from 'countersign';
import { type ApiKeys, aesGcmSealer, createApiKeys, requireConsumer } from 'countersign/api-keys';
import { migrate, openSqlite, sqlKeyStore, sqlReplayStore } from 'countersign/sql';
import type { Tell } from './step.ts';

const DAY = 86_400;

/** Plays it over a file of its own. */
export async function manageKeys(note: Tell): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  const database = openSqlite(join(folder, 'bank.db'));
  try {
    await migrate(database);
    const apiKeys = createApiKeys({
      store: sqlKeyStore(database),
      sealer: aesGcmSealer({ current: 'demo', keys: { demo: generateSecret() } }),
      pepper: { current: 'demo', keys: { demo: generateSecret() } },
      prefix: 'bank',
    });
    const verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: apiKeys.resolveKey,
      replayStore: sqlReplayStore(database, { insecurelyAssumeNoEarlierMessages: true, insecurelyAssumeNotRestored: true }),
    });
    const serve = async (request: Request): Promise<Response> => {
      try {
        const { consumer } = await verifier.verifyRequest(request);
        return new Response(requireConsumer(consumer, { proof: 'signature', scopes: ['coins:write'] }).owner);
      } catch (error) {
        if (isVerificationError(error)) return error.toResponse();
        throw error;
      }
    };
    await signing(apiKeys, serve, note);
    await identifying(apiKeys, note);
    await apiKeys.close();
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function signing(apiKeys: ApiKeys, serve: (request: Request) => Promise<Response>, note: Tell): Promise<void> {
  const issued = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', scopes: ['coins:write'], expiresIn: 90 * DAY });
  note({
    title: 'a key is issued; a SQLite file has its secret, sealed',
    detail: issued.keyid,
    ok: (await apiKeys.get(issued.keyid))?.status === 'active',
  });
  let signer: Signer = hmacSigner(issued);
  const send = createSignedFetch({ signer: () => signer, fetch: async (input, init) => serve(new Request(input, init)) });
  const credit = async (): Promise<number> => (await send('https://bank.example/coins', { method: 'POST', body: '{"amount":10}' })).status;
  const statuses: number[] = [];
  const traffic = async (requests: number): Promise<void> => {
    for (let done = 0; done < requests; done++) statuses.push(await credit());
  };

  const running = traffic(100);
  const next = await apiKeys.rotate(issued.keyid, { overlap: DAY });
  await traffic(20);
  signer = hmacSigner(next);
  await Promise.all([running, traffic(80)]);
  const accepted = statuses.filter((status) => status === 200).length;
  note({ title: 'it is rotated during 200 requests; both count for a day', detail: `${accepted} accepted`, ok: accepted === 200 });

  signer = hmacSigner(issued);
  await apiKeys.revoke(issued.keyid, { reason: 'leaked' });
  const [old] = [await credit()];
  signer = hmacSigner(next);
  note({ title: 'the old one is revoked, and the new one goes on', detail: `${old}, then ${await credit()}`, ok: old === 401 });
  const history = await apiKeys.events();
  const actions = history.map(({ action }) => action).join(', ');
  note({ title: 'the file knows what happened', detail: actions, ok: actions === 'issued, issued, rotated, revoked' });
}

async function identifying(apiKeys: ApiKeys, note: Tell): Promise<void> {
  const { secret } = await apiKeys.issue({ kind: 'bearer', owner: 'roe' });
  const request = (key: string): Request =>
    new Request('https://bank.example/rates', { headers: { authorization: `Basic ${btoa(`${key}:`)}` } });
  const { owner, proof } = await apiKeys.authenticate(request(secret), { basicUser: true });
  note({ title: 'identification only: a key as the user name of Basic', detail: `${owner}, ${proof}`, ok: proof === 'identification' });
  const mistyped = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
  const code = await apiKeys.authenticate(request(mistyped), { basicUser: true }).then(
    () => 'accepted',
    (error: unknown) => (isVerificationError(error) ? error.code : String(error)),
  );
  note({ title: 'one character mistyped: refused before any look-up', detail: code, ok: code === 'credential_malformed' });
}
