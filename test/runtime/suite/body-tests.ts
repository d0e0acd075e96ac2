/**
 * Bodies of every type the engine has: what the verifier hands over is what was sent, byte for byte.
 *
 * @module
 */

import { type FieldLines, messageFromRequest, signRequest } from 'countersign';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { createRandom, engine, injected, utf8 } from './engine.ts';
import { suiteSigner } from './keys.ts';
import { NOW } from './sign-tests.ts';
import { signedCoins, suiteVerifier } from './verify-tests.ts';

const URL_OF_BANK = 'https://bank.example/coins';

/** A body, and the content type it brings by itself. */
type Bodies = Readonly<Record<string, () => BodyInit>>;

/** A form of texts, and a file if there is one. */
export function formWith(fields: Readonly<Record<string, string>>, file?: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file !== undefined) form.append('file', new Blob([file]), 'a "file".bin');
  return form;
}

function bodies(readsFiles: boolean): Bodies {
  const bytes = createRandom(5).bytes(70_000);
  return {
    'text, all of it UTF-8': () => 'goldcoins ☃ é 𝄞 \0 \ud83d\ude00',
    'empty text': () => '',
    bytes: () => bytes,
    'a part of a buffer': () => bytes.subarray(10, 20),
    'a buffer': () => bytes.slice().buffer,
    'a view': () => new DataView(bytes.slice().buffer, 3, 1000),
    'a blob with a type': () => new Blob([bytes, 'tail'], { type: 'image/png' }),
    'a blob without': () => new Blob([bytes]),
    parameters: () =>
      new URLSearchParams([
        ['a', '1 +'],
        ['a', ''],
        ['é', '☃'],
      ]),
    'a form': () => formWith({ note: 'line\r\nfeed' }),
    ...(readsFiles && { 'a form with a file': () => formWith({ note: 'line\r\nfeed' }, bytes) }),
    'one megabyte': () => new Uint8Array(1024 * 1024).fill(7),
  };
}

/** Declares the tests. `readsFiles`: whether forms with files can be looked into. (Sending them is the cross matrix's.) */
export const bodyTests =
  (readsFiles: boolean) =>
  (test: Declare): void => {
    test('content as bytes: every length around the blocks of SHA-256', async () => {
      const verifier = suiteVerifier();
      for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1023, 1024, 1025, 65_536]) {
        const body = createRandom(length).bytes(length);
        equal((await verifier.verifyRequest(await signedCoins('hmac', { body }))).bytes.length, length);
      }
    });
    test('content in pieces, and none at all', async () => {
      const message = await signedCoins();
      async function* pieces(): AsyncGenerator<Uint8Array> {
        yield utf8('{"currency":"gold');
        yield new Uint8Array(0);
        yield utf8('coins","amount":10}');
      }
      equal((await suiteVerifier().verifyRequest({ ...message, body: pieces() })).json(), { currency: 'goldcoins', amount: 10 });
      const bare = await signedCoins('hmac', { body: undefined, fields: [] });
      equal((await suiteVerifier().verifyRequest(bare)).text(), '');
      await refuses(() => suiteVerifier().verifyRequest({ ...bare, body: utf8('x') }), 'digest_missing');
    });
    test('content that is too large, is no text, is no JSON', async () => {
      const large = await signedCoins('hmac', { body: new Uint8Array(101) });
      await refuses(() => suiteVerifier({ limits: { bodyBytes: 100 } }).verifyRequest(large), 'body_too_large');
      const verified = await suiteVerifier().verifyRequest(await signedCoins('hmac', { body: new Uint8Array([0xc3, 0x28]) }));
      await refuses(() => verified.text(), 'payload_malformed');
      await refuses(() => verified.json(), 'payload_malformed');
    });
    if (engine.Request === undefined) return;
    for (const [name, make] of Object.entries(bodies(readsFiles))) test(`a Request with ${name}`, () => throughRequest(make()));
  };

/** Signs the Request and verifies it, as a server would get it. */
async function throughRequest(body: BodyInit): Promise<void> {
  const request = new Request(URL_OF_BANK, { method: 'POST', body });
  const sent = new Uint8Array(await request.clone().arrayBuffer());
  const { fields } = await signRequest(messageFromRequest(request, sent), {
    signer: await suiteSigner('hmac', 'jdoe'),
    created: NOW,
    ...injected,
  });
  for (const [name, value] of fields) request.headers.set(name, value);
  equal(
    sent.length > 0,
    (fields as FieldLines).some(([name]) => name === 'content-digest'),
    'a digest when there is content',
  );
  const { bytes } = await suiteVerifier().verifyRequest(request);
  equal(bytes.length, sent.length);
  ok(
    bytes.every((byte, index) => byte === sent[index]),
    'the same bytes',
  );
}
