/** The presets, held against the vectors that their protocols publish. */
import {
  type Algorithm,
  createSigner,
  createVerifier,
  generateKeyPair,
  memoryReplayStore,
  type RequestMessage,
  signResponse,
  type VerificationKey,
  type VerifierOptions,
  verifyResponse,
} from 'countersign';
import { importPublicKeyJwk, importPublicKeyPem, type Jwk, jwkThumbprint } from 'countersign/key-pairs';
import { activityPub, webBotAuth } from 'countersign/presets';
import { expect, it } from 'vitest';
import { codeOf } from '../support/bank.ts';
import { describeWithVectors, readVectorJson } from '../support/vectors.ts';

type Lines = readonly (readonly [string, string])[];

function messageOf(method: string, url: string, fields: Lines, body?: string): RequestMessage {
  const { protocol, host, pathname, search } = new URL(url);
  const message = { method, scheme: protocol.slice(0, -1), authority: host, target: pathname + search, fields };
  return body === undefined ? message : { ...message, body: new TextEncoder().encode(body) };
}

function verifierFor(authority: string, now: number, options: Partial<VerifierOptions>) {
  const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
  return createVerifier({ authority, replayStore, now: () => now, ...options } as VerifierOptions);
}

interface BotVector {
  readonly key: Jwk;
  readonly target_url: string;
  readonly created_ms: number;
  readonly expires_ms: number;
  readonly signature: string;
  readonly signature_input: string;
  readonly signature_agent?: string;
}

const BOT_FILES = ['web_bot_auth_architecture_v1.json', 'web_bot_auth_architecture_v2.json'];

/** The key by its thumbprint, as the draft names it. */
async function botKey({ key }: BotVector): Promise<readonly [keyid: string, key: VerificationKey]> {
  const { kty, crv, x, n, e } = key;
  const jwk: Jwk = kty === 'RSA' ? { kty, n, e } : { kty, crv, x };
  const algorithm = kty === 'RSA' ? 'rsa-pss-sha512' : 'ed25519';
  return [await jwkThumbprint(jwk), await importPublicKeyJwk(jwk, { algorithm })];
}

describeWithVectors('webBotAuth', () => {
  const vectors = BOT_FILES.flatMap((file) =>
    readVectorJson<readonly BotVector[]>(`web-bot-auth/${file}`).map((vector, index) => [`${file} ${index}`, vector] as const),
  );

  it('has vectors', () => expect(vectors).toHaveLength(8));

  it.each(vectors)('%s verifies, once, and not when anything is changed', async (_, vector) => {
    const [keyid, key] = await botKey(vector);
    const agent = vector.signature_agent === undefined ? [] : ([['signature-agent', vector.signature_agent]] as const);
    const fields: Lines = [...agent, ['signature-input', vector.signature_input], ['signature', vector.signature]];
    const request = messageOf('GET', vector.target_url, fields);
    const created = vector.created_ms / 1000;
    const resolveKey = (name: string) => (name === keyid ? key : undefined);
    const at = (now: number) => verifierFor('example.com', now, { resolveKey, policy: webBotAuth.policy });
    const verifier = at(created + 60);
    expect((await verifier.verifyRequest(request)).keyid).toBe(keyid);
    expect(await codeOf(() => verifier.verifyRequest(request))).toBe('nonce_replayed');
    expect(await codeOf(() => at(created - 6).verifyRequest(request))).toBe('created_in_future');
    expect(await codeOf(() => at(Math.min(created + 86_400, vector.expires_ms / 1000) + 1).verifyRequest(request))).toBe('expired');
    expect(await codeOf(() => at(created).verifyRequest({ ...request, authority: 'other.example' }))).toBe('authority_forbidden');
    const spoiled = fields.map(
      ([name, value]) => [name, name === 'signature-agent' ? value.replace('agent.test', 'agent.evil') : value] as const,
    );
    if (agent.length > 0) expect(await codeOf(() => at(created).verifyRequest({ ...request, fields: spoiled }))).toBe('signature_mismatch');
    expect(await codeOf(() => verifierFor('example.com', created, { resolveKey }).verifyRequest(request))).toBe('tag_mismatch');
  });

  it('the key directory that ours sign by the preset verifies by it, bound to the host that was asked', async () => {
    const { privateKey, publicKey } = await generateKeyPair();
    const signer = createSigner({ privateKey });
    const request = messageOf('GET', 'https://agent.example/.well-known/http-message-signatures-directory', []);
    const response = {
      status: 200,
      fields: [['content-type', 'application/json']] as Lines,
      body: new TextEncoder().encode('{"keys":[]}'),
    };
    const { fields, nonce } = await signResponse(response, request, { signer, ...webBotAuth.directory.signing });
    expect(nonce).toBeUndefined();
    expect(fields.find(([name]) => name === 'signature-input')![1]).toMatch(/^binding=\("@authority";req "content-digest"\);created=/);
    const signed = { ...response, fields: [...response.fields, ...fields] };
    const options = { resolveKey: () => publicKey, policy: webBotAuth.directory.policy };
    expect(await codeOf(() => verifyResponse(signed, request, options))).toBe('accepted');
    expect(await codeOf(() => verifyResponse(signed, { ...request, authority: 'evil.example' }, options))).toBe('signature_mismatch');
  });

  it('the response of the key directory verifies by its own preset', async () => {
    const vector = readVectorJson<{
      now: number;
      status: number;
      headers: Lines;
      body: string;
      request: { method: string; url: string; headers: Lines };
    }>('profiles/web-bot-auth-directory.json');
    const [, key] = await botKey(
      readVectorJson<readonly BotVector[]>(`web-bot-auth/${BOT_FILES[0]}`).find((one) => one.key.kty === 'OKP')!,
    );
    const request = messageOf(vector.request.method, vector.request.url, vector.request.headers);
    const response = { status: vector.status, fields: vector.headers, body: new TextEncoder().encode(vector.body) };
    const options = { resolveKey: () => key, policy: webBotAuth.directory.policy, now: () => vector.now };
    const verified = await verifyResponse(response, request, options);
    expect(JSON.parse(new TextDecoder().decode(verified.bytes))).toHaveProperty('keys');
    const elsewhere = { ...request, authority: 'evil.example' };
    expect(await codeOf(() => verifyResponse(response, elsewhere, options))).toBe('signature_mismatch');
    expect(await codeOf(() => verifyResponse({ ...response, body: new Uint8Array([123, 125]) }, request, options))).toBe('digest_mismatch');
    expect(await codeOf(() => verifyResponse(response, request, { ...options, now: () => vector.now - 60 }))).toBe('created_in_future');
  });
});

describeWithVectors('activityPub', () => {
  const { publicKeyPem, algorithm, now, vectors } = readVectorJson<{
    publicKeyPem: string;
    algorithm: Algorithm;
    now: number;
    vectors: readonly { name: string; method: string; url: string; headers: Lines; body?: string; expect: boolean }[];
  }>('profiles/mastodon.json');

  it('has vectors', () => expect(vectors).toHaveLength(7));

  it.each(vectors.map((vector) => [vector.name, vector] as const))('Mastodon, %s', async (_, vector) => {
    const key = await importPublicKeyPem(publicKeyPem, { algorithm });
    const resolveKey = (keyid: string) => (keyid === 'https://remote.domain/users/bob#main-key' ? key : undefined);
    const request = messageOf(vector.method, vector.url, vector.headers, vector.body);
    const at = (time: number) =>
      codeOf(() => verifierFor('www.example.com', time, { resolveKey, policy: activityPub.policy }).verifyRequest(request));
    expect((await at(now)) === 'accepted').toBe(vector.expect);
    expect(await at(now + 43_201)).toBe('expired');
  });
});
