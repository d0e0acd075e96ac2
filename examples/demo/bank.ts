/**
 * The bank: a plain node:http server that credits gold coins, once, to whoever's backend signs for it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVerifier, isVerificationError, type KeyLookup, memoryReplayStore, type Verifier } from 'countersign';
import { messageFromNode } from 'countersign/node';

/** A running bank. */
export interface Bank {
  readonly origin: string;
  /** Registers a consumer's key under its keyid. */
  register(keyid: string, key: KeyLookup): void;
  /** How many gold coins somebody owns. */
  balance(owner: string): number;
  close(): Promise<void>;
}

interface Books {
  readonly keys: Map<string, KeyLookup>;
  readonly coins: Map<string, number>;
}

/** Opens a bank on loopback. */
export async function openBank(port = 0): Promise<Bank> {
  const books: Books = { keys: new Map(), coins: new Map() };
  const server = createServer();
  const origin = await listen(server, port);
  const verifier = createVerifier({
    authority: new URL(origin).host,
    resolveKey: (keyid) => books.keys.get(keyid),
    // The bank has just opened: its keys are new, so there are no earlier messages to be afraid of.
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
  });
  server.on('request', (request, response) => void answer(request, response, verifier, books));
  return {
    origin,
    register: (keyid, key) => void books.keys.set(keyid, key),
    balance: (owner) => books.coins.get(owner) ?? 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(request: IncomingMessage, response: ServerResponse, verifier: Verifier, { coins }: Books): Promise<void> {
  try {
    const verified = await verifier.verifyRequest(messageFromNode(request));
    const { amount } = verified.json() as { amount: number };
    coins.set(verified.keyid, (coins.get(verified.keyid) ?? 0) + amount);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ credited: amount, balance: coins.get(verified.keyid) }));
  } catch (error) {
    // What the peer sent is not accepted: a problem document. Anything else is our own fault.
    const problem = isVerificationError(error) ? error.toProblem() : { status: 500, headers: {}, body: '' };
    response.writeHead(problem.status, problem.headers);
    response.end(problem.body);
  }
}
