/** A bank on D1, and one inside of a Durable Object: nonce and coins go into one batch. */
import { hmacKey } from 'countersign';
import { verifyPayload } from 'countersign/payload';
import { type D1Like, fromD1, migrate, sqlReplayStore } from 'countersign/sql';

const SECRET = 'correct horse battery staple, 32+';
const PREFIX = 'bank_';

interface Order {
  readonly text: string;
  /** What goes wrong: a statement of the batch, the handler before it, or nothing. */
  readonly fails?: 'statement' | 'handler';
}

/** Opens the bank (`PUT`), tells what was credited (`GET`), or credits (`POST`). */
export async function bank({ DB }: { readonly DB: D1Like }, request: Request): Promise<Response> {
  const database = fromD1(DB);
  if (request.method === 'GET')
    return Response.json(await database.run(`SELECT message, count(*) AS times FROM ${PREFIX}coins GROUP BY message ORDER BY message`));
  if (request.method === 'PUT') {
    // As several workers at their start.
    await Promise.all([1, 2, 3].map(() => migrate(database, { prefix: PREFIX })));
    await database.run(`CREATE TABLE IF NOT EXISTS ${PREFIX}coins (message TEXT NOT NULL)`);
    for (const table of ['nonce', 'forgotten', 'epoch', 'coins']) await database.run(`DELETE FROM ${PREFIX}${table}`);
    return new Response('open');
  }
  const { text, fails } = (await request.json()) as Order;
  try {
    const options = { tag: 'credit-coins', audience: 'bank.example', resolveKey: () => hmacKey(SECRET), consume: 'later' } as const;
    const message = await verifyPayload(text, options);
    const store = sqlReplayStore(database, { prefix: PREFIX, insecurelyAssumeNoEarlierMessages: true });
    await message.consumeWith(store, ({ payload }) => {
      if (fails === 'handler') throw new Error('the handler failed');
      const credited = { sql: `INSERT INTO ${PREFIX}coins (message) VALUES ($1)`, values: [String(payload['message'])] };
      return fails === 'statement' ? [credited, { sql: 'INSERT INTO nowhere VALUES (1)', values: [] }] : [credited];
    });
    return new Response('credited');
  } catch (error) {
    const { code, message, cause } = error as { readonly code?: string; readonly message: string; readonly cause?: unknown };
    return new Response(code === undefined ? message : [code, cause].filter(Boolean).join(' '));
  }
}
