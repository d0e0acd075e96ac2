/**
 * A verifier in a process of its own: `node verifier-process.ts redis|postgres|sqlite <port or file>`. It verifies each request that is sent to it, and
 * answers with the code, or `accepted`.
 */
import pg from 'pg';
import { hmacKey } from '../../../src/crypto/hmac/hmac.ts';
import { isVerificationError } from '../../../src/errors.ts';
import { createVerifier } from '../../../src/http/verifier.ts';
import { redisReplayStore } from '../../../src/redis/replay-store.ts';
import type { ReplayStore } from '../../../src/replay/store.ts';
import type { RequestMessage } from '../../../src/rfc9421/message.ts';
import { fromPg } from '../../../src/sql/postgres.ts';
import { sqlReplayStore } from '../../../src/sql/replay-store.ts';
import { openSqlite } from '../../../src/sql/sqlite.ts';
import { redisClients } from './redis-clients.ts';

const [kind, where = '', warm] = process.argv.slice(2);
const insecurelyAssumeNoEarlierMessages = warm === 'warm';

async function openStore(): Promise<ReplayStore> {
  if (kind === 'sqlite') return sqlReplayStore(openSqlite(where), { insecurelyAssumeNoEarlierMessages });
  if (kind === 'redis') {
    const { send } = await redisClients['ioredis']!(Number(where));
    return redisReplayStore({ send, insecurelyAssumeNoEarlierMessages });
  }
  const pool = new pg.Pool({ host: '127.0.0.1', port: Number(where), user: 'postgres', database: 'postgres', max: 8 });
  pool.on('error', () => undefined);
  return sqlReplayStore(fromPg(pool), { insecurelyAssumeNoEarlierMessages });
}

const verifier = createVerifier({
  authority: 'bank.example',
  resolveKey: () => hmacKey('correct horse battery staple, 32+'),
  replayStore: await openStore(),
  policy: { maxAge: 3600 },
});

interface Order {
  readonly id: number;
  readonly request: RequestMessage;
}

process.on('message', ({ id, request }: Order) => {
  verifier.verifyRequest(request).then(
    () => process.send!({ id, code: 'accepted' }),
    (error: unknown) =>
      process.send!(isVerificationError(error) ? { id, code: error.code, retryAfter: error.retryAfter } : { id, code: String(error) }),
  );
});
process.send!({ id: -1, code: 'ready' });
