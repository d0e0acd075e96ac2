/**
 * The bank that every recipe talks to: a real server that verifies whatever arrives, and remembers what it accepted.
 *
 * A client library is used as its users use it; the only thing of ours it gets is a `fetch`.
 */
import { createHash } from 'node:crypto';
import { createSignedFetch, type Fetch, type SignedFetchOptions, type VerifiedRequest } from 'countersign';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type Arrival, openRecorder, type Recorder, signer, verifying } from '../../fetch/server.ts';

export const ORDER = { currency: 'goldcoins', amount: 10, note: 'für jdoe' };

/** What the bank accepted, in the order of arrival. */
interface Accepted {
  readonly arrival: Arrival;
  readonly verified: VerifiedRequest;
}

export interface Bank {
  readonly origin: string;
  readonly accepted: Accepted[];
  /** A signed fetch as the recipes make it. */
  fetch(options?: Partial<SignedFetchOptions>): Fetch;
  /** Lets the next requests fail with a 503, after they were accepted and their nonces spent. */
  failNext(times: number): void;
  /** What the bank answers with; what it verified by default. */
  answerWith(content: (verified: VerifiedRequest) => unknown): void;
}

/** Opens the bank for the tests of a file. */
export function useBank(): Bank {
  let server: Recorder;
  let verify: ReturnType<typeof verifying>;
  let failures = 0;
  const accepted: Accepted[] = [];
  const echo = (verified: VerifiedRequest): unknown => ({ keyid: verified.keyid, received: verified.json() });
  let answer = echo;
  beforeAll(async () => {
    server = await openRecorder();
    verify = verifying(server.host);
    server.answer(async (arrival, response) => {
      const verified = await verify(arrival);
      accepted.push({ arrival, verified });
      const status = failures-- > 0 ? 503 : 200;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer(verified)));
    });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    failures = 0;
    answer = echo;
    accepted.length = 0;
  });
  return {
    get origin() {
      return server.origin;
    },
    accepted,
    fetch: (options = {}) => createSignedFetch({ signer, origins: [server.origin], ...options }),
    failNext: (times) => {
      failures = times;
    },
    answerWith: (content) => {
      answer = content;
    },
  };
}

/** Requires that the only arrival was a signed POST whose digest is the one of its very bytes. */
export function expectSignedPost({ accepted }: Bank, content: unknown = ORDER): void {
  expect(accepted).toHaveLength(1);
  const { arrival, verified } = accepted[0]!;
  expect(arrival.method).toBe('POST');
  expect(verified.json()).toEqual(content);
  expect(arrival.headers['signature-input']).toContain('"content-digest"');
  expect(arrival.headers['signature-input']).toContain('"content-type"');
  const digest = createHash('sha256').update(arrival.message.body).digest('base64');
  expect(arrival.headers['content-digest']).toBe(`sha-256=:${digest}:`);
}

/** The nonce of each accepted request. */
export function noncesOf({ accepted }: Bank): readonly string[] {
  return accepted.map(({ arrival }) => /;nonce="([^"]+)"/.exec(String(arrival.headers['signature-input']))?.[1] ?? 'none');
}

/** Requires that each attempt carried the same content under a nonce of its own. The bank has verified them all. */
export function expectFreshSignatures(bank: Bank, attempts: number): void {
  expect(new Set(bank.accepted.map(({ arrival }) => arrival.text)).size).toBe(1);
  expect(bank.accepted).toHaveLength(attempts);
  expect(new Set(noncesOf(bank)).size).toBe(attempts);
}
