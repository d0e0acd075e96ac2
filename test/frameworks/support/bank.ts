/** A bank behind each framework, on loopback, and jdoe's signed requests to it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSignedFetch,
  createVerifier,
  type Fetch,
  hmacKey,
  hmacSigner,
  type KeyRecord,
  memoryReplayStore,
  type SignedFetchOptions,
  type Verifier,
  type VerifierOptions,
} from 'countersign';

export const SECRET = 'what the bank gave to jdoe, 32 bytes or more';

export const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });

const key = hmacKey(SECRET);

/** What the bank knows about jdoe's key. */
export const RECORD: KeyRecord = { key, scopes: ['coins:read', 'coins:write'] };

/** A verifier for whatever host loopback has: the frameworks are tested, not the hosts. */
export function bankVerifier(options: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({
    authority: (host: string) => host.startsWith('127.0.0.1:'),
    resolveKey: (keyid: string) => (keyid === 'jdoe' ? RECORD : undefined),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    ...options,
  } as VerifierOptions);
}

/** Jdoe's fetch, which gives up where an answer never comes. */
export function jdoe(options: Partial<SignedFetchOptions> = {}): Fetch {
  const signed = createSignedFetch({ signer, ...options });
  return (input, init = {}) => signed(input, { signal: AbortSignal.timeout(5000), ...init });
}

const servers: Server[] = [];

/** Serves a listener; the address begins every URL. */
export async function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

export async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function closeServers(): Promise<void> {
  await Promise.all(
    servers.splice(0).map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
}

/** An order as JSON. */
export const order: RequestInit = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"currency":"goldcoins", "amount":10}',
};

/** Status and content, as tests compare them. */
export async function answerOf(response: Response): Promise<readonly [number, unknown]> {
  const text = await response.text();
  return [response.status, /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text];
}

/** Status and code of a refusal. */
export async function refusalOf(response: Response): Promise<readonly [number, string | undefined]> {
  const { code } = (await response.json()) as { readonly code?: string };
  return [response.status, code];
}
