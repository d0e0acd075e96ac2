/**
 * A bank whose coins and nonces are in one SQLite file: `node lasting-bank.ts FILE PORT SECRET`. Each message and its coins are one
 * transaction. It is told to fail once, and is killed by who started it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createVerifier, hmacKey, isVerificationError } from 'countersign';
import { messageFromNode } from 'countersign/node';
import { migrate, openSqlite, sqlReplayStore } from 'countersign/sql';
import { listen, sendJson } from './http.ts';
import { orderSchema } from './order.ts';

const [file = '', port = '0', secret = ''] = process.argv.slice(2);
const database = openSqlite(file);
await migrate(database);
await database.run('CREATE TABLE IF NOT EXISTS account (owner TEXT PRIMARY KEY, coins INTEGER NOT NULL)');
const [known] = await database.run('SELECT count(*) AS accounts FROM account');
/** The first start of all: the key is new, so there are no earlier messages to be afraid of. */
const insecurelyAssumeNoEarlierMessages = known?.['accounts'] === 0;
let fails = false;

const server = createServer();
const origin = await listen(server, Number(port));
const verifier = createVerifier({ authority: new URL(origin).host, resolveKey: () => hmacKey(secret), consume: 'later' });

async function credit(request: IncomingMessage): Promise<number> {
  const message = await verifier.verifyRequest(messageFromNode(request));
  return database.transaction!(async (tx) => {
    const verified = await message.consume(sqlReplayStore(tx, { insecurelyAssumeNoEarlierMessages }));
    const { amount } = verified.json(orderSchema);
    const upsert = 'INSERT INTO account VALUES ($1, $2) ON CONFLICT (owner) DO UPDATE SET coins = coins + $2 RETURNING coins';
    const [account] = await tx.run(upsert, [verified.keyid, amount]);
    if (fails) throw new Error('the disk is full');
    return Number(account!['coins']);
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    // After the transaction: now it is true.
    sendJson(response, { balance: await credit(request) });
  } catch (error) {
    const problem = isVerificationError(error) ? error.toProblem() : { status: 500, headers: {}, body: '' };
    response.writeHead(problem.status, problem.headers);
    response.end(problem.body);
  }
}

server.on('request', (request, response) => void answer(request, response));
process.on('message', (told) => {
  fails = told === 'fail';
  process.send!(origin);
});
process.send!(origin);
