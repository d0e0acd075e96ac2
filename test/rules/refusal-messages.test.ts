/** What refusals say, each as a real one says it: the table "Messages" of docs/reference/errors.md, which is there to be read as text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageFromNode } from '../../src/adapter/node.ts';
import { type CredentialPlaces, type KeyStore, memoryKeyStore, requireConsumer } from '../../src/api-key/index.ts';
import { generateKeyPair } from '../../src/crypto/key-pair.ts';
import { createSigner } from '../../src/crypto/signer.ts';
import { VerificationError, type VerificationErrorCode } from '../../src/errors.ts';
import { type AskingGateway, askedAbout, requireGateway } from '../../src/gateway/asked.ts';
import { PROFILES } from '../../src/gateway/profiles.ts';
import type { VerifierOptions } from '../../src/http/verifier-options.ts';
import { verifyResponse } from '../../src/http/verify-response.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { issueLicense } from '../../src/license/issue.ts';
import type { LicenseTerms } from '../../src/license/terms.ts';
import { type VerifyLicenseOptions, verifyLicense } from '../../src/license/verify.ts';
import { signPayload } from '../../src/payload/sign-payload.ts';
import { type VerifyPayloadOptions, verifyPayload } from '../../src/payload/verify-payload.ts';
import type { FieldLines, RequestMessage } from '../../src/rfc9421/message.ts';
import { storeBusy } from '../../src/sql/store-busy.ts';
import { signUrl } from '../../src/url/sign-url.ts';
import { verifyUrl } from '../../src/url/verify-url.ts';
import { openKeys } from '../api-key/setup.ts';
import { BODY, countingStore, key, message, NOW, signed, signer, verifier, withField } from '../support/bank.ts';

type Signed = Awaited<ReturnType<typeof signed>>;

/** An honest request, changed on its way or verified otherwise. */
const request = async (change: (honest: Signed) => object = () => ({}), options: Partial<VerifierOptions> = {}) => {
  const honest = await signed({}, { nonce: 'n1' });
  return verifier(options).verifyRequest({ ...honest, ...change(honest) } as Signed);
};

const without = (parameter: RegExp) => (honest: Signed) => {
  const input = (honest.fields as readonly (readonly [string, string])[]).find(([name]) => name === 'signature-input')![1];
  return withField(honest, 'signature-input', input.replace(parameter, ''));
};

const answering = (found: unknown) => request(undefined, { resolveKey: () => found as never });

const NGINX: AskingGateway = { facts: PROFILES.nginx, body: 'withheld', knowsSecret: () => true };

/** What a gateway asks with. */
const asked = (fields: FieldLines) => askedAbout({ method: 'GET', fields, body: undefined }, NGINX);

const bytes = (text: string) => ({ body: encodeUtf8(text) });

const BEARER = { kind: 'bearer', owner: 'jdoe' } as const;

const identified = (fields: RequestMessage['fields'], places?: CredentialPlaces) =>
  openKeys().apiKeys.authenticate({ method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields }, places);

const caller = async () => {
  const { apiKeys } = openKeys();
  const { secret } = await apiKeys.issue(BEARER);
  const fields = [['authorization', `Bearer ${secret}`]] as const;
  return apiKeys.authenticate({ method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields });
};

/** A key is asked for after the database went back. */
const restored = async () => {
  let current = memoryKeyStore();
  const store = new Proxy({} as KeyStore, { get: (_, name) => current[name as keyof KeyStore] });
  const { apiKeys, clock } = openKeys({ store });
  const { keyid } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
  const untrusted = {} as never;
  await apiKeys.resolveKey(keyid, untrusted);
  current = memoryKeyStore();
  clock.now += 11;
  return apiKeys.resolveKey(keyid, untrusted);
};

const jsonOf = async (text: string) => (await verifier().verifyRequest(await signed(bytes(text)))).json();

const payload = async (more: Partial<VerifyPayloadOptions>, given: object = {}) =>
  verifyPayload(JSON.stringify(await signPayload({ a: 1 }, { signer, tag: 't', audience: 'bank.example', now: () => NOW, ...given })), {
    tag: 't',
    audience: 'bank.example',
    resolveKey: () => key,
    replayStore: countingStore(),
    now: () => NOW,
    ...more,
  } as VerifyPayloadOptions);

const pair = await generateKeyPair();

const license = async (terms: LicenseTerms, more: Partial<VerifyLicenseOptions> = {}) => {
  const issuer = createSigner({ privateKey: pair.privateKey, keyid: 'k1' });
  const { json } = await issueLicense(terms, { signer: issuer, product: 'tungsten', now: () => NOW });
  return verifyLicense(json, { product: 'tungsten', publicKeys: { k1: pair.publicKey }, now: () => NOW, ...more });
};

/** Each code by a real refusal of it; several where it says several things. */
const REFUSALS: Readonly<Record<VerificationErrorCode, readonly (() => unknown)[]>> = {
  signature_missing: [() => request(() => message())],
  signature_malformed: [
    () => request(() => ({ fields: [['signature', 'keyId="jdoe",algorithm="hs2019",headers="date",signature="AA=="']] })),
    () => request(() => ({ fields: [['authorization', 'Signature keyId="jdoe",headers="date",signature="AA=="']] })),
    () => request(without(/;keyid="jdoe"/)),
    () => request((honest) => withField(honest, 'signature', 'other=:AA==:')),
  ],
  signature_ambiguous: [async () => verifier().verifyRequest(await signed(await signed()))],
  signature_mismatch: [
    () => request(() => ({ method: 'PUT' })),
    () => request(() => ({ method: 'PUT' }), { insecurelyExposeSignatureBase: true }),
  ],
  tag_mismatch: [
    () => request(undefined, { policy: { tag: 'proxy' } }),
    async () => verifier().verifyRequest(await signed({}, { tag: 'proxy' })),
  ],
  component_uncovered: [() => request(undefined, { policy: { components: ['x-tenant'] } })],
  parameter_forbidden: [() => request(undefined, { policy: { forbiddenParameters: ['keyid'] } })],
  component_unresolvable: [
    () => request((honest) => withField(honest, 'content-digest', undefined), { policy: { insecurelyAllowUncovered: ['content-digest'] } }),
  ],
  target_malformed: [
    () => request(() => ({ target: '/a/../b' })),
    () => request(() => ({ target: '*' })),
    () => request((honest) => ({ fields: [...(honest.fields as []), ['host', 'other.example']] })),
  ],
  authority_forbidden: [
    () => request(() => ({ authority: 'internal:8080' })),
    () => request(() => ({ authority: 'bank.example:443', scheme: 'http' })),
  ],
  algorithm_forbidden: [() => request(undefined, { policy: { algorithms: ['ed25519'] } })],
  key_unknown: [() => answering(null)],
  key_revoked: [() => answering({ key, status: 'revoked' })],
  key_disabled: [() => answering({ key, status: 'disabled' })],
  key_pending: [() => answering({ key, status: 'pending' })],
  key_rotated_out: [() => answering({ key, rotatedOut: { until: NOW - 1, by: 'jdoe-2' } })],
  key_expired: [() => answering({ key, notAfter: NOW - 1 }), () => answering({ key, notBefore: NOW + 1 })],
  created_missing: [() => request(without(/;created=\d+/))],
  created_in_future: [() => request(undefined, { now: () => NOW - 60 })],
  expired: [
    () => request(undefined, { now: () => NOW + 360 }),
    async () => verifier({ now: () => NOW + 61 }).verifyRequest(await signed({}, { expiresIn: 60 })),
  ],
  lifetime_too_long: [async () => verifier().verifyRequest(await signed({}, { expiresIn: 3600 }))],
  digest_missing: [async () => verifier().verifyRequest({ ...(await signed({ body: undefined })), body: BODY })],
  digest_mismatch: [
    () => request(() => bytes('{}')),
    async () => verifier().verifyRequest({ ...(await signed({ fields: [['content-encoding', 'gzip']] })), ...bytes('{}') }),
  ],
  body_too_large: [() => request(undefined, { limits: { bodyBytes: 10 } })],
  body_incomplete: [
    () =>
      request(() => ({
        body: (async function* () {
          yield BODY.subarray(1);
          throw new Error('reset');
        })(),
      })),
  ],
  raw_body_unavailable: [
    () => request(() => ({ body: messageFromNode({ method: 'POST', url: '/', rawHeaders: [], readableDidRead: true } as never).body })),
    () => request(() => ({ body: messageFromNode({ method: 'POST', url: '/', rawHeaders: [], readableEncoding: 'utf8' } as never).body })),
  ],
  field_forbidden: [() => asked([['X-Verified-Keyid', 'admin']])],
  gateway_misconfigured: [
    () => asked([]),
    () =>
      asked([
        ['x-original-scheme', 'https'],
        ['x-original-scheme', 'http'],
      ]),
    () => requireGateway({ method: 'GET', fields: [], body: undefined }, { ...NGINX, knowsSecret: () => false }),
    () => askedAbout({ method: 'GET', fields: [], body: undefined }, { ...NGINX, facts: PROFILES.envoy }),
  ],
  nonce_missing: [() => request(without(/;nonce="n1"/))],
  nonce_replayed: [
    () => request(undefined, { replayStore: { consume: () => 'replayed' } }),
    () =>
      verifyResponse(
        {
          status: 200,
          fields: [
            ['signature-input', 'sig=();nonce="n2"'],
            ['signature', 'sig=:AA==:'],
          ],
        },
        message(),
        { resolveKey: () => key, nonce: 'n1' },
      ),
  ],
  replay_store_cold: [() => request(undefined, { replayStore: { consume: () => 'cold' } })],
  replay_store_full: [() => request(undefined, { replayStore: { consume: () => 'full' } })],
  store_busy: [() => request(undefined, { replayStore: { consume: () => Promise.reject(storeBusy()) } })],
  store_unavailable: [
    () => request(undefined, { replayStore: { consume: () => Promise.reject(new Error('down')) } }),
    () => request(undefined, { resolveKey: () => Promise.reject(new Error('down')) }),
    async () =>
      verifyUrl(await signUrl('https://a.example/', { signer, expiresIn: 60, oneTime: true, now: () => NOW }), {
        authority: 'a.example',
        resolveKey: () => key,
        now: () => NOW,
      }),
  ],
  store_restored: [restored],
  credential_missing: [() => identified([])],
  credential_malformed: [() => identified([['authorization', 'Bearer x']])],
  credential_invalid: [async () => identified([['authorization', `Bearer ${(await openKeys().apiKeys.issue(BEARER)).secret}`]])],
  credential_ambiguous: [
    async () => {
      const [one, two] = await Promise.all([BEARER, BEARER].map((options) => openKeys().apiKeys.issue(options)));
      return identified(
        [
          ['authorization', `Bearer ${one!.secret}`],
          ['x-api-key', two!.secret],
        ],
        { bearer: true, header: 'x-api-key' },
      );
    },
  ],
  credential_forbidden_here: [
    async () => identified([['authorization', `Bearer ${(await openKeys().apiKeys.issue({ kind: 'hmac', owner: 'jdoe' })).secret}`]]),
  ],
  scope_insufficient: [async () => requireConsumer(await caller(), { scopes: ['coins:write'] })],
  proof_insufficient: [async () => requireConsumer(await caller(), { proof: 'signature' })],
  payload_malformed: [
    () => jsonOf('{"amount":x}'),
    () => jsonOf('{"amount":'),
    () => jsonOf(''),
    () => jsonOf('\ufeff{}'),
    () => verifyPayload('[]', { tag: 't', audience: 'a', resolveKey: () => key, replayStore: countingStore() }),
    () => verifyPayload('[object Object]', { tag: 't', audience: 'a', resolveKey: () => key, replayStore: countingStore() }),
    () => verifyLicense(Uint8Array.of(0xff, 0xfe, 0x7b, 0), { product: 'tungsten', publicKeys: { k1: pair.publicKey } }),
    () => verifyLicense('License: eyJ', { product: 'tungsten', publicKeys: { k1: pair.publicKey } }),
  ],
  payload_duplicate_member: [() => jsonOf('{"amount":1,"amount":2}')],
  payload_lone_surrogate: [() => jsonOf('{"name":"\\ud800"}')],
  payload_number_inexact: [() => jsonOf('{"id":1234567890123456789}')],
  payload_proto_member: [() => jsonOf('{"__proto__":1}')],
  payload_too_deep: [() => jsonOf('['.repeat(65) + ']'.repeat(65))],
  audience_mismatch: [() => payload({ audience: 'other.example' })],
  subject_mismatch: [() => payload({}, { subject: 'jdoe' }), () => payload({ subject: 'eve' }, { subject: 'jdoe' })],
  machine_mismatch: [() => license({ machine: 'm-1' }, { machine: 'm-2' })],
  critical_unknown: [() => license({ seats: 5, critical: ['seats'] })],
  maintenance_ended: [() => license({ maintenanceUntil: NOW - 1 }, { releasedAt: NOW })],
  clock_rolled_back: [() => license({}, { lastSeen: { read: () => NOW + 4000, write: () => undefined } })],
};

async function messageOf(run: () => unknown): Promise<string> {
  const refusal = await Promise.resolve()
    .then(run)
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(VerificationError);
  return (refusal as VerificationError).message;
}

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/errors.md'), 'utf8');

/** The lines of the block under "Messages". */
const written = /^## Messages$[\s\S]*?^```text\n([\s\S]*?)^```$/m.exec(page)?.[1]?.trimEnd().split('\n') ?? [];

describe('the messages of docs/reference/errors.md', () => {
  it('are those of real refusals, of every code', async () => {
    const messages: string[] = [];
    for (const [code, runs] of Object.entries(REFUSALS))
      for (const run of runs) {
        const said = await messageOf(run);
        expect(said.startsWith(code.replaceAll('_', ' ')), `${code}: ${said}`).toBe(true);
        messages.push(said);
      }
    expect(messages).toEqual(written);
  });

  it('say something besides the code', () => {
    for (const line of written) expect(line).toMatch(/^[a-z ]+: .{10}/);
  });
});
