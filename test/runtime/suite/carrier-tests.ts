/**
 * The other carriers: signed payloads, signed URLs, licenses.
 *
 * @module
 */

import { memoryReplayStore } from 'countersign';
import { encodeBase64url, exportPublicKeyRaw, importPrivateKeyRaw } from 'countersign/key-pairs';
import { issueLicense, verifyLicense } from 'countersign/license';
import { signPayload, verifyPayload } from 'countersign/payload';
import { signUrl, verifyUrl } from 'countersign/url';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine, injectedRandom } from './engine.ts';
import { type KeyKind, SEED, suiteKey, suiteSigner } from './keys.ts';
import { NOW } from './sign-tests.ts';

const FIXED = { created: NOW, nonce: 'AAAAAAAAAAAAAAAAAAAAAA' } as const;
const PURPOSE = { tag: 'credit-coins', audience: 'bank.example' } as const;

const judging = () => ({
  resolveKey: (keyid: string) => suiteKey(keyid.slice(5) as KeyKind),
  replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true, ...injectedRandom }),
  now: () => NOW + 10,
});

/** Declares the tests. */
export function carrierTests(test: Declare): void {
  test('a signed object counts once, and only as it was signed', async () => {
    const signed = await signPayload({ b: 1.5, a: ['☃', '𝄞'] }, { signer: await suiteSigner('hmac', 'jdoe'), ...PURPOSE, ...FIXED });
    const text = JSON.stringify(signed);
    const options = { ...PURPOSE, ...judging() };
    equal((await verifyPayload(` ${text} `, options)).payload, { a: ['☃', '𝄞'], b: 1.5 });
    await refuses(() => verifyPayload(text, options), 'nonce_replayed');
    await refuses(() => verifyPayload(text.replace('1.5', '2.5'), options), 'signature_mismatch');
    await refuses(() => verifyPayload(text, { ...options, audience: 'other.example' }), 'audience_mismatch');
  });
  test('signed text and signed fields', async () => {
    const signer = await suiteSigner('ed25519', 'jdoe');
    const text = await signPayload('10 goldcoins ☃', { signer, ...PURPOSE, ...FIXED });
    equal((await verifyPayload(JSON.stringify(text), { ...PURPOSE, format: 'text', ...judging() })).payload, '10 goldcoins ☃');
    const form = await signPayload(
      [
        ['amount', '10'],
        ['note', 'a & b = é'],
        ['empty', ''],
      ],
      { signer, ...PURPOSE, ...FIXED },
    );
    const verified = await verifyPayload(form, { ...PURPOSE, format: 'form', ...judging() });
    equal(JSON.stringify(verified.payload).includes('a & b = é'), true);
  });
  test('a signed URL opens what it was signed for', async () => {
    const url = await signUrl('https://bank.example/statement/2024?page=1&name=%C3%A9', {
      signer: await suiteSigner('hmac', 'jdoe'),
      expiresIn: 600,
      created: NOW,
    });
    const options = { authority: 'bank.example', ...judging() };
    equal((await verifyUrl({ url }, options)).query(), '?page=1&name=%C3%A9');
    await refuses(() => verifyUrl({ url: url.replace('page=1', 'page=2') }, options), 'signature_mismatch');
    await refuses(() => verifyUrl({ url, method: 'DELETE' }, options), 'signature_mismatch');
    await refuses(() => verifyUrl({ url }, { ...options, now: () => NOW + 601 }), 'expired');
    if (engine.Request !== undefined) ok(await verifyUrl(new Request(url), options), 'as a Request');
  });
  test('a license is verified in both of its forms', async () => {
    const product = 'io.stochastic.tungsten';
    const { json, line } = await issueLicense(
      { features: ['export'] },
      { signer: await suiteSigner('ed25519', 'maker'), product, created: NOW },
    );
    const publicKeys = { 'maker.ed25519': encodeBase64url(exportPublicKeyRaw(await importPrivateKeyRaw(SEED))) };
    for (const text of [json, line]) {
      equal((await verifyLicense(text, { product, publicKeys, now: () => NOW + 1e8 })).payload.features, ['export']);
      await refuses(() => verifyLicense(text, { product: 'io.stochastic.other', publicKeys, now: () => NOW }), 'tag_mismatch');
    }
    await refuses(() => verifyLicense(json.replace('export', 'import'), { product, publicKeys, now: () => NOW }), 'signature_mismatch');
  });
}
