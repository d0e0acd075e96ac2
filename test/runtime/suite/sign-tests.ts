/**
 * Signing: the same bytes in every engine.
 *
 * @module
 */

import { messageFromRequest, parseUnverifiedSignatures, type RequestMessage, signRequest, signResponse, verifyResponse } from 'countersign';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine, injected, utf8 } from './engine.ts';
import { suiteKey, suiteSigner } from './keys.ts';

/** The time at which the suite signs, unless it asks the clock. */
export const NOW = 1_700_000_000;

const FIXED = { created: NOW, nonce: 'AAAAAAAAAAAAAAAAAAAAAA' } as const;

/** A request to sign. */
export function coins(more: Partial<RequestMessage> = {}): RequestMessage {
  return {
    method: 'POST',
    scheme: 'https',
    authority: 'bank.example',
    target: '/coins?to=ann',
    fields: [['Content-Type', 'application/json']],
    body: utf8('{"currency":"goldcoins","amount":10}'),
    ...more,
  };
}

// Both signatures were made by OpenSSL over a base written by hand.
const HMAC_FIELDS = [
  ['content-digest', 'sha-256=:jqUfGqm1i8kI30MX/s0iVBSDwMzjY5+Aa7d4xktuTpU=:'],
  [
    'signature-input',
    'sig=("@method" "@authority" "@path" "@query" "content-type" "content-digest");created=1700000000;nonce="AAAAAAAAAAAAAAAAAAAAAA";keyid="jdoe.hmac"',
  ],
  ['signature', 'sig=:zYpcHveCbWWmiTxaSduUZGcigyPp1gjVhXBGGAzQi/A=:'],
];
const ED25519_FIELDS = [
  [
    'signature-input',
    'sig=("@method" "@authority" "@path" "@query");created=1700000000;expires=1700000060;nonce="AAAAAAAAAAAAAAAAAAAAAA";keyid="jdoe.ed25519";tag="suite"',
  ],
  ['signature', 'sig=:c0gZcD+dTQq1KODf6Ui0Tcv6ej4Fx7GnfNqFHWAyFlukLyQDUhs4Qp9LgKvE0Kw3TIywEiCDAuzrX74fZXcDAA==:'],
];

/** Declares the tests. */
export function signTests(test: Declare): void {
  test('makes the fields of a request with content, by HMAC', async () => {
    const { fields } = await signRequest(coins(), { signer: await suiteSigner('hmac', 'jdoe'), ...FIXED });
    equal(fields, HMAC_FIELDS);
  });
  test('makes the fields of a request without content, by Ed25519', async () => {
    const message = coins({ method: 'GET', target: '/balance', fields: [], body: undefined });
    const { fields } = await signRequest(message, { signer: await suiteSigner('ed25519', 'jdoe'), tag: 'suite', expiresIn: 60, ...FIXED });
    equal(fields, ED25519_FIELDS);
  });
  test('never draws a nonce twice', async () => {
    const signer = await suiteSigner('hmac', 'jdoe');
    const nonces = new Set<string>();
    for (let count = 0; count < 600; count++) nonces.add((await signRequest(coins(), { signer, ...injected })).nonce);
    equal(nonces.size, 600);
  });
  test('takes the clock it is given', async () => {
    const { created } = await signRequest(coins(), { signer: await suiteSigner('hmac', 'jdoe'), ...injected, now: () => 42 });
    equal(created, 42);
  });
  test('covers more when asked, and keeps earlier signatures', async () => {
    const signer = await suiteSigner('hmac', 'jdoe');
    const first = await signRequest(coins(), { signer, ...FIXED });
    const fields = [['content-type', 'application/json'], ['x-tenant', 'a'], ['x-tenant', ''], ...first.fields] as const;
    const second = await signRequest(coins({ fields }), { signer, components: ['x-tenant', '"@query-param";name="to"'], ...injected });
    equal(second.label, 'sig2');
    ok(second.base.includes('"x-tenant": a, \n"@query-param";name="to": ann\n'), second.base);
  });
  test('says what cannot be signed', async () => {
    const signer = await suiteSigner('hmac', 'jdoe');
    await refuses(() => signRequest(coins(), { signer, components: ['x-absent'], ...FIXED }), 'TypeError');
    await refuses(() => signRequest(coins(), { signer, tag: 'cs1-url', ...FIXED }), 'TypeError');
  });
  test('signs a response to that very request, and no other', responses);
  if (engine.Request === undefined) return;
  test('reads what it signs off a Request', async () => {
    const request = new Request('https://bank.example/coins?to=ann#not-sent', {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'application/json' },
    });
    const { scheme, authority, target, method } = messageFromRequest(request);
    equal([scheme, authority, target, method], ['https', 'bank.example', '/coins?to=ann', 'POST']);
    const message = messageFromRequest(request, utf8('{"currency":"goldcoins","amount":10}'));
    equal((await signRequest(message, { signer: await suiteSigner('hmac', 'jdoe'), ...FIXED })).fields, HMAC_FIELDS);
  });
}

async function responses(): Promise<void> {
  const signer = await suiteSigner('ed25519', 'bank');
  const signed = await signRequest(coins(), { signer: await suiteSigner('hmac', 'jdoe'), ...FIXED });
  const request = coins({ fields: [['content-type', 'application/json'], ...signed.fields] });
  const answer = { status: 200, fields: [['content-type', 'text/plain']] as const, body: utf8('credited') };
  const { fields } = await signResponse(answer, request, { signer, nonce: signed.nonce, created: NOW });
  const response = { ...answer, fields: [...answer.fields, ...fields] };
  equal(
    (await parseUnverifiedSignatures(response)).map(({ keyid }) => keyid),
    ['bank.ed25519'],
  );
  const options = { resolveKey: () => suiteKey('ed25519'), nonce: signed.nonce, now: () => NOW };
  equal((await verifyResponse(response, request, options)).keyid, 'bank.ed25519');
  await refuses(() => verifyResponse(response, request, { ...options, nonce: 'another' }), 'nonce_replayed');
  await refuses(() => verifyResponse({ ...response, status: 201 }, request, options), 'signature_mismatch');
  await refuses(() => verifyResponse({ ...response, body: utf8('debited!') }, request, options), 'digest_mismatch');
  await refuses(() => verifyResponse(response, { ...request, target: '/coins?to=bob' }, options), 'signature_mismatch');
}
