/**
 * A bank in a process of its own, to be killed: `node bank-process.ts postgres <port>` or `sqlite <file>`. It credits each message that is sent to
 * it, tells of the moment between effect and commit, and of the answer.
 */
import pg from 'pg';
import type { Database } from '../../../src/sql/database.ts';
import { fromPg } from '../../../src/sql/postgres.ts';
import { openSqlite } from '../../../src/sql/sqlite.ts';
import { credit } from './bank.ts';

const [kind, where = ''] = process.argv.slice(2);

function open(): Database {
  if (kind === 'sqlite') return openSqlite(where);
  const pool = new pg.Pool({ host: '127.0.0.1', port: Number(where), user: 'postgres', database: 'postgres', max: 4 });
  pool.on('error', () => undefined);
  return fromPg(pool);
}

interface Order {
  readonly id: number;
  readonly text: string;
  /** Whether to wait between effect and commit, until the process is killed. */
  readonly hang: boolean;
}

const database = open();

process.on('message', ({ id, text, hang }: Order) => {
  const afterwards = hang
    ? () => {
        process.send!({ id, at: 'effect' });
        return new Promise(() => undefined);
      }
    : () => undefined;
  credit(database, text, afterwards).then(
    (code) => process.send!({ id, at: 'answer', code }),
    (error: unknown) => process.send!({ id, at: 'answer', code: String(error) }),
  );
});
process.send!({ at: 'ready' });
