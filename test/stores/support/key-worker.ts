/** A process that verifies with keys of a database, at times it is told: one of several over the same keys. */
import IoRedis from 'ioredis';
import pg from 'pg';
import { createApiKeys } from '../../../src/api-key/api-keys.ts';
import { aesGcmSealer } from '../../../src/api-key/sealing/sealer.ts';
import { isVerificationError } from '../../../src/errors.ts';
import { createVerifier } from '../../../src/http/verifier.ts';
import { redisKeyStore } from '../../../src/redis/keys/key-store.ts';
import { memoryReplayStore } from '../../../src/replay/memory-store.ts';
import type { RequestMessage } from '../../../src/rfc9421/message.ts';
import { sqlKeyStore } from '../../../src/sql/keys/key-store.ts';
import { migrate } from '../../../src/sql/migrate.ts';
import { fromPg } from '../../../src/sql/postgres.ts';
import { openSqlite } from '../../../src/sql/sqlite.ts';

/** What a worker is asked: some requests, all at one time. */
export interface Work {
  readonly now: number;
  readonly signed: readonly RequestMessage[];
  readonly sent: readonly RequestMessage[];
}

/** What it answers: `accepted`, or the code of the refusal. */
export interface Answers {
  readonly signed: readonly string[];
  readonly sent: readonly string[];
}

/** Where the keys are. */
export type Place =
  | { readonly sqlite: string }
  | { readonly postgres: number; readonly prefix: string }
  | { readonly redis: number; readonly prefix: string };

export const MASTER_KEY = new Uint8Array(32).fill(5);

export const PEPPER = { current: 'p', keys: { p: new Uint8Array(32).fill(6) } };

export const DELAY = 10;

/** The store there, made ready if it needs that. */
export function openStore(place: Place) {
  if ('sqlite' in place) {
    const database = openSqlite(place.sqlite);
    return { prepare: () => migrate(database), store: sqlKeyStore(database), close: async () => database.close() };
  }
  if ('redis' in place) {
    const redis = new IoRedis(place.redis, '127.0.0.1');
    const store = redisKeyStore({ send: ([command = '', ...rest]) => redis.call(command, ...rest), prefix: place.prefix });
    return { prepare: async () => undefined, store, close: async () => redis.disconnect() };
  }
  const pool = new pg.Pool({ host: '127.0.0.1', port: place.postgres, user: 'postgres', database: 'postgres', max: 4 });
  const database = fromPg(pool);
  const { prefix } = place;
  return { prepare: () => migrate(database, { prefix }), store: sqlKeyStore(database, { prefix }), close: () => pool.end() };
}

function serve(place: Place): void {
  const { store, close } = openStore(place);
  let now = 0;
  const clock = () => now;
  const sealer = aesGcmSealer({ current: 'm', keys: { m: MASTER_KEY } });
  const apiKeys = createApiKeys({ store, sealer, pepper: PEPPER, prefix: 'bank', revocationDelay: DELAY, now: clock });
  const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
  const verifier = createVerifier({ authority: 'bank.example', resolveKey: apiKeys.resolveKey, replayStore, now: clock });
  const answer = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'accepted';
    } catch (error) {
      return isVerificationError(error) ? error.code : String(error);
    }
  };
  process.on('message', async (work: Work) => {
    now = work.now;
    const signed = await Promise.all(work.signed.map((message) => answer(verifier.verifyRequest(message))));
    const sent = await Promise.all(work.sent.map((message) => answer(apiKeys.authenticate(message))));
    process.send!({ signed, sent } satisfies Answers);
  });
  process.on('disconnect', async () => {
    await apiKeys.close();
    await close();
  });
}

if (process.argv[2] === 'serve') serve(JSON.parse(process.argv[3]!) as Place);
