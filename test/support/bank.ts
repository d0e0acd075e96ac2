/** A verifier and a signer that fit together, each part replaceable; time stands still at `NOW`. */
import { hmacKey, hmacSigner } from '../../src/crypto/hmac/hmac.ts';
import { VerificationError } from '../../src/errors.ts';
import { type SignRequestOptions, signRequest } from '../../src/http/sign-request.ts';
import { createVerifier, type VerifierOptions } from '../../src/http/verifier.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import type { ConsumeRequest, Consumption, ReplayStore } from '../../src/replay/store.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';

export const NOW = 1_800_000_000;
export const SECRET = 'correct horse battery staple, 32+';
export const BODY: Uint8Array = encodeUtf8('{"currency":"goldcoins","amount":10}');

export const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });
export const key = hmacKey(SECRET);

/** A replay store that counts what it is asked. */
export function countingStore(): ReplayStore & { readonly asked: string[] } {
  const asked: string[] = [];
  const seen = new Set<string>();
  const consumeAll = (requests: readonly ConsumeRequest[]): Consumption => {
    asked.push(...requests.map(({ nonce }) => nonce));
    const records = requests.map(({ scope, nonce }) => `${scope}${nonce}`);
    if (records.some((record) => seen.has(record))) return 'replayed';
    for (const record of records) seen.add(record);
    return 'consumed';
  };
  return { asked, consume: (request) => consumeAll([request]), consumeAll };
}

export function message(changes: Partial<RequestMessage> = {}): RequestMessage {
  return {
    method: 'POST',
    scheme: 'https',
    authority: 'bank.example',
    target: '/coins?to=jdoe',
    fields: [
      ['Host', 'bank.example'],
      ['Content-Type', 'application/json'],
    ],
    body: BODY,
    ...changes,
  };
}

/** A message with what signing adds to it. */
export async function signed(changes: Partial<RequestMessage> = {}, options: Partial<SignRequestOptions> = {}): Promise<RequestMessage> {
  const unsigned = message(changes);
  const { fields } = await signRequest(unsigned, { signer, now: () => NOW, ...options });
  const names = new Set(fields.map(([name]) => name));
  const kept = (unsigned.fields as readonly (readonly [string, string])[]).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...unsigned, fields: [...kept, ...fields] };
}

/** A message with one field replaced, added or (undefined) removed. */
export function withField(request: RequestMessage, name: string, value: string | undefined): RequestMessage {
  const others = (request.fields as readonly (readonly [string, string])[]).filter(([other]) => other.toLowerCase() !== name);
  return { ...request, fields: value === undefined ? others : [...others, [name, value]] };
}

export function verifier(options: Partial<VerifierOptions> = {}): ReturnType<typeof createVerifier> {
  return createVerifier({
    authority: 'bank.example',
    resolveKey: (keyid) => (keyid === 'jdoe' ? key : undefined),
    replayStore: countingStore(),
    now: () => NOW,
    ...options,
  } as VerifierOptions);
}

/** The code a request is refused with, or `accepted`. Anything untyped fails the test. */
export async function verdict(request: Request | RequestMessage, options: Partial<VerifierOptions> = {}): Promise<string> {
  return codeOf(() => verifier(options).verifyRequest(request));
}

export async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'accepted';
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}
