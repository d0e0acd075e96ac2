/**
 * What a process does over a SQLite file, in whatever runtime: brings the tables, and answers each line `nonce created now` that it reads as a
 * store does. Started with `libsql <its address>` it uses that instead of the runtime's own SQLite.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fromSqlite, migrate, openSqlite, sqlReplayStore } from 'countersign/sql';

const [path = '', client, address = ''] = process.argv.slice(2);

async function open() {
  if (client !== 'libsql') return openSqlite(path);
  const { default: Libsql } = (await import(address)) as { readonly default: new (path: string) => Parameters<typeof fromSqlite>[0] };
  return fromSqlite(new Libsql(path));
}

const database = await open();
await migrate(database);
const store = sqlReplayStore(database);
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [nonce = '', created, now] = line.split(' ');
  const times = { created: Number(created), keepUntil: Number(created) + 306, now: Number(now) };
  console.log(await store.consume({ tenant: '', scope: '4:jdoe-', nonce, futureSkew: 5, ...times }));
}
