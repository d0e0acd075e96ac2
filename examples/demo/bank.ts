/**
 * The bank: a plain node:http server that credits gold coins, once, to whoever's backend signs for them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createVerifier, isVerificationError, type KeyLookup, memoryReplayStore, type ReplayStore, type ResolveKey } from 'countersign';
import { requireConsumer } from 'countersign/api-keys';
import { messageFromNode } from 'countersign/node';
import { close, type Handler, listen, sendJson } from './http.ts';
import { orderSchema } from './order.ts';

/** A running bank. */
export interface Bank {
  readonly origin: string;
  readonly replayStore: ReplayStore;
  /** Registers a consumer's key under its keyid. */
  register(keyid: string, key: KeyLookup): void;
  findKey(keyid: string): KeyLookup;
  /** Credits coins; the new balance. */
  credit(owner: string, amount: number): number;
  /** How many gold coins somebody owns. */
  balance(owner: string): number;
  /** Adds a route, `GET /path`. Whatever has none is a signed request. */
  route(name: string, handler: Handler): void;
  /** Adds what answers everything at a path and below it. */
  mount(path: string, handler: Handler): void;
  close(): Promise<void>;
}

/** How to open a bank. */
export interface BankOptions {
  readonly port?: number | undefined;
  /** Shows in a refusal what the bank built, so that a person can compare. */
  readonly insecurelyExposeSignatureBase?: boolean | undefined;
  /** The keys that it did not register itself: those of its portal. */
  readonly resolveKey?: ResolveKey | undefined;
}

/** Opens a bank on loopback. */
export async function openBank({ port, insecurelyExposeSignatureBase, resolveKey }: BankOptions = {}): Promise<Bank> {
  const server = createServer();
  const origin = await listen(server, port);
  const { routes, find } = openRoutes();
  const bank: Bank = { origin, ...openBooks(), ...routes, close: () => close(server) };
  const verifier = createVerifier({
    authority: new URL(origin).host,
    resolveKey: (keyid, untrusted) => bank.findKey(keyid) ?? resolveKey?.(keyid, untrusted),
    replayStore: bank.replayStore,
    insecurelyExposeSignatureBase,
  });
  const credit: Handler = async (request, response) => {
    const verified = await verifier.verifyRequest(messageFromNode(request));
    const { amount } = verified.json(orderSchema);
    // A key of the portal says whose it is, and what it may.
    const { owner } = verified.consumer ? requireConsumer(verified.consumer, { scopes: ['coins:write'] }) : { owner: verified.keyid };
    sendJson(response, { credited: amount, balance: bank.credit(owner, amount) });
  };
  server.on('request', (request, response) => {
    void answer(find(request) ?? credit, request, response);
  });
  return bank;
}

/** What is where. */
function openRoutes(): { readonly routes: Pick<Bank, 'route' | 'mount'>; find(request: IncomingMessage): Handler | undefined } {
  const named = new Map<string, Handler>();
  const mounted = new Map<string, Handler>();
  return {
    routes: {
      route: (name, handler) => void named.set(name, handler),
      mount: (path, handler) => void mounted.set(path, handler),
    },
    find: ({ method, url = '' }) => {
      const [path = ''] = url.split('?');
      return named.get(`${method} ${path}`) ?? mounted.get(path.split('/', 2).join('/'));
    },
  };
}

/** The keys, the coins and the nonces seen. */
function openBooks(): Pick<Bank, 'replayStore' | 'register' | 'findKey' | 'credit' | 'balance'> {
  const keys = new Map<string, KeyLookup>();
  const coins = new Map<string, number>();
  const balance = (owner: string) => coins.get(owner) ?? 0;
  return {
    // The bank has just opened: its keys are new, so there are no earlier messages to be afraid of.
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    register: (keyid, key) => void keys.set(keyid, key),
    findKey: (keyid) => keys.get(keyid),
    balance,
    credit: (owner, amount) => {
      coins.set(owner, balance(owner) + amount);
      return balance(owner);
    },
  };
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    // What the peer sent is not accepted: a problem document. Anything else is our own fault.
    const problem = isVerificationError(error) ? error.toProblem() : { status: 500, headers: {}, body: '' };
    response.writeHead(problem.status, problem.headers);
    response.end(problem.body);
  }
}
