/**
 * Verifying: what is accepted, what is refused and why, what the verified view shows.
 *
 * @module
 */

import {
  createVerifier,
  type FieldLines,
  memoryReplayStore,
  type RequestMessage,
  signRequest,
  type Verifier,
  type VerifierOptions,
} from 'countersign';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine, injected, injectedRandom, utf8 } from './engine.ts';
import { type KeyKind, suiteKey, suiteSigner } from './keys.ts';
import { coins, NOW } from './sign-tests.ts';

/** A verifier of the suite's keys. */
export function suiteVerifier(more: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({
    authority: 'bank.example',
    resolveKey: (keyid) => (keyid.startsWith('jdoe.') ? suiteKey(keyid.slice(5) as KeyKind) : null),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, ...injectedRandom }),
    now: () => NOW + 10,
    ...more,
  } as VerifierOptions);
}

/** A signed request. */
export async function signedCoins(kind: KeyKind = 'hmac', more: Partial<RequestMessage> = {}, who = 'jdoe'): Promise<RequestMessage> {
  const message = coins(more);
  const { fields } = await signRequest(message, { signer: await suiteSigner(kind, who), created: NOW, ...injected });
  return { ...message, fields: [...(message.fields as FieldLines), ...fields] };
}

function without(message: RequestMessage, name: string): RequestMessage {
  return { ...message, fields: (message.fields as FieldLines).filter(([key]) => key.toLowerCase() !== name) };
}

/** Declares the tests. */
export function verifyTests(test: Declare): void {
  for (const kind of ['hmac', 'ed25519'] as const) {
    test(`accepts an honest request once, ${kind}`, () => once(kind));
    test(`refuses what was changed on the way, ${kind}`, () => changes(kind));
  }
  test('shows what was signed and nothing else', view);
  test('refuses by the clock', clock);
  test('refuses what is not for us, and what it cannot know', foreign);
  test('keeps two keys apart, and overlaps them', rotation);
  test('answers 503 when the store is down', async () => {
    const down = { consume: () => Promise.reject(new Error('no connection')) };
    await refuses(async () => suiteVerifier({ replayStore: down }).verifyRequest(await signedCoins()), 'store_unavailable');
    await refuses(
      async () => suiteVerifier({ resolveKey: () => Promise.reject(new Error('down')) }).verifyRequest(await signedCoins()),
      'store_unavailable',
    );
  });
  test('verifies two hundred at once, each once', async () => {
    const verifier = suiteVerifier();
    const messages = await Promise.all(Array.from({ length: 200 }, () => signedCoins()));
    const outcomes = await Promise.allSettled([...messages, ...messages].map((message) => verifier.verifyRequest(message)));
    equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 200);
  });
  if (engine.Request === undefined) return;
  test('verifies a Request', async () => {
    const { fields, body } = await signedCoins();
    const headers = (fields as FieldLines).map(([name, value]): [string, string] => [name, value]);
    const request = new Request('https://bank.example/coins?to=ann', { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> });
    const verified = await suiteVerifier().verifyRequest(request);
    equal(verified.json(), { currency: 'goldcoins', amount: 10 });
    const again = verified.toRequest();
    equal([again.method, again.url, await again.text()], ['POST', 'https://bank.example/coins?to=ann', verified.text()]);
  });
}

async function once(kind: KeyKind): Promise<void> {
  const verifier = suiteVerifier();
  const message = await signedCoins(kind);
  const verified = await verifier.verifyRequest(message);
  equal([verified.keyid, verified.json()], [`jdoe.${kind}`, { currency: 'goldcoins', amount: 10 }]);
  await refuses(() => verifier.verifyRequest(message), 'nonce_replayed');
}

async function changes(kind: KeyKind): Promise<void> {
  const verifier = suiteVerifier();
  const message = await signedCoins(kind);
  const judge = (changed: RequestMessage) => () => verifier.verifyRequest(changed);
  await refuses(judge({ ...message, method: 'PUT' }), 'signature_mismatch');
  await refuses(judge({ ...message, target: '/coins?to=bob' }), 'signature_mismatch');
  await refuses(judge({ ...message, target: '/coins/../coins?to=ann' }), 'target_malformed');
  await refuses(judge({ ...message, body: utf8('{"currency":"goldcoins","amount":99}') }), 'digest_mismatch');
  await refuses(judge(without(message, 'content-digest')), 'component_unresolvable');
  await refuses(judge(without(message, 'content-type')), 'component_unresolvable');
  await refuses(judge(without(message, 'signature')), 'signature_malformed');
  await refuses(judge(without(without(message, 'signature'), 'signature-input')), 'signature_missing');
  await refuses(judge({ ...message, fields: [...(message.fields as FieldLines), ['Content-Encoding', 'gzip']] }), 'component_uncovered');
  const nul = (message.fields as FieldLines).map(
    ([name, value]) => [name, name === 'signature-input' ? value.replace('created=1', 'created=2') : value] as const,
  );
  await refuses(judge({ ...message, fields: nul }), 'created_in_future');
  // Nothing above was written down: the honest one still counts.
  equal((await verifier.verifyRequest(message)).method(), 'POST');
}

async function view(): Promise<void> {
  const message = await signedCoins('hmac', {
    fields: [
      ['Content-Type', 'application/json'],
      ['X-Unsigned', '1'],
    ],
  });
  const verified = await suiteVerifier().verifyRequest(message);
  equal([verified.method(), verified.path(), verified.query()], ['POST', '/coins', '?to=ann']);
  equal([verified.header('Content-Type'), verified.header('x-absent')], ['application/json', undefined]);
  await refuses(() => verified.header('x-unsigned'), 'TypeError');
  equal(verified.text(), '{"currency":"goldcoins","amount":10}');
  ok(Object.isFrozen(verified), 'the view is frozen');
  const { json } = verified;
  equal(json(), { currency: 'goldcoins', amount: 10 }, 'destructured');
}

async function clock(): Promise<void> {
  const judgeAt = (seconds: number) => async () => suiteVerifier({ now: () => NOW + seconds }).verifyRequest(await signedCoins());
  ok(await judgeAt(300)(), 'still good');
  ok(await judgeAt(-5)(), 'already good');
  const late = (await refuses(judgeAt(301), 'expired')) as { toProblem(): { readonly body: string } };
  equal((JSON.parse(late.toProblem().body) as { readonly now: number }).now, NOW + 301, 'the time told');
  await refuses(judgeAt(-6), 'created_in_future');
  await refuses(judgeAt(Number.NaN), 'RangeError');
}

async function foreign(): Promise<void> {
  const message = await signedCoins();
  await refuses(() => suiteVerifier({ authority: 'other.example' }).verifyRequest(message), 'authority_forbidden');
  ok(await suiteVerifier({ authority: ['other.example', 'BANK.example:443'] }).verifyRequest(message), 'one of several');
  const stranger = await signedCoins('hmac', {}, 'stranger');
  const unknown = (await refuses(() => suiteVerifier().verifyRequest(stranger), 'key_unknown')) as { readonly publicCode: string };
  equal(unknown.publicCode, 'signature_mismatch', 'as the peer sees it');
  await refuses(() => suiteVerifier({ policy: { algorithms: ['ed25519'] } }).verifyRequest(message), 'algorithm_forbidden');
  await refuses(() => suiteVerifier({ policy: { tag: 'transfer' } }).verifyRequest(message), 'tag_mismatch');
  await refuses(() => suiteVerifier({ policy: { components: ['x-tenant'] } }).verifyRequest(message), 'component_uncovered');
}

async function rotation(): Promise<void> {
  const keys = [await suiteKey('ed25519'), await suiteKey('hmac')];
  const resolveKey = () => ({ key: keys, tenant: 'acme' });
  equal((await suiteVerifier({ resolveKey }).verifyRequest(await signedCoins('hmac'))).tenant, 'acme');
  await refuses(
    async () => suiteVerifier({ resolveKey: () => ({ key: keys, status: 'revoked' as const }) }).verifyRequest(await signedCoins()),
    'key_revoked',
  );
}
