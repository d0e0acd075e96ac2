/** A bank that credits coins for relayed messages, once each: nonce and coins in one transaction. */
import { hmacKey, hmacSigner } from '../../../src/crypto/hmac/hmac.ts';
import { isVerificationError } from '../../../src/errors.ts';
import { signPayload } from '../../../src/payload/sign-payload.ts';
import { type UnconsumedPayload, verifyPayload } from '../../../src/payload/verify-payload.ts';
import type { Database } from '../../../src/sql/database.ts';
import { migrate } from '../../../src/sql/migrate.ts';
import { type SqlReplayStore, sqlReplayStore } from '../../../src/sql/replay-store.ts';

const secret = 'correct horse battery staple, 32+';
const signer = hmacSigner({ keyid: 'shop', secret });
const resolveKey = () => hmacKey(secret);

export const PREFIX = 'bank_';

/** What `migrate` makes. */
export const TABLES = ['nonce', 'forgotten', 'epoch', 'meta', 'key', 'event', 'claim'] as const;

/** Empty tables, of a bank that begins without a cold start. */
export async function openBank(database: Database): Promise<void> {
  for (const table of [...TABLES, 'coins']) await database.run(`DROP TABLE IF EXISTS ${PREFIX}${table}`);
  await migrate(database, { prefix: PREFIX });
  // No key: what is credited twice is there twice.
  await database.run(`CREATE TABLE ${PREFIX}coins (message TEXT NOT NULL)`);
}

export async function messages(count: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let index = 0; index < count; index++) {
    const message = await signPayload({ message: `m${index}` }, { signer, tag: 'credit-coins', audience: 'bank.example', expiresIn: 300 });
    texts.push(JSON.stringify(message));
  }
  return texts;
}

/** What happens in the transaction, after the coins were credited. */
export type Afterwards = (database: Database) => unknown;

/** The handler: the code that a message was refused with, or `credited`. What `afterwards` throws is thrown. */
export async function credit(database: Database, text: string, afterwards: Afterwards = () => undefined): Promise<string> {
  return creditBy(text, (message) =>
    database.transaction!(async (tx) => {
      const { payload } = await message.consume(storeOf(tx));
      await tx.run(`INSERT INTO ${PREFIX}coins (message) VALUES ($1)`, [String(payload['message'])]);
      await afterwards(tx);
    }),
  );
}

/** The store over a transaction, whatever makes it. */
export function storeOf(tx: Database): SqlReplayStore {
  return sqlReplayStore(tx, { prefix: PREFIX, insecurelyAssumeNoEarlierMessages: true });
}

/** The handler with a transaction of its own. */
export async function creditBy(
  text: string,
  transact: (message: UnconsumedPayload<Readonly<Record<string, unknown>>>) => Promise<unknown>,
): Promise<string> {
  try {
    const options = { tag: 'credit-coins', audience: 'bank.example', resolveKey, consume: 'later' } as const;
    await transact(await verifyPayload(text, options));
    return 'credited';
  } catch (error) {
    if (isVerificationError(error)) return error.code;
    throw error;
  }
}

/** How often each message was credited. */
export async function credited(database: Database): Promise<Readonly<Record<string, number>>> {
  const rows = await database.run(`SELECT message, count(*) AS times FROM ${PREFIX}coins GROUP BY message`);
  return Object.fromEntries(rows.map(({ message, times }) => [String(message), Number(times)]));
}
