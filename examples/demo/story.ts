/**
 * The story the demo tells, step by step.
 */
import {
  createSignedFetch,
  createSigner,
  generateKeyPair,
  generateSecret,
  hmacKey,
  hmacSigner,
  parseRefusal,
  type Signer,
} from 'countersign';
import { type Bank, openBank } from './bank.ts';
import { manageKeys } from './keys-story.ts';
import { outlast } from './lasting-story.ts';
import { relay } from './relay-story.ts';
import type { Step, Tell } from './step.ts';

/** A request as the eavesdropper sees it on the wire. */
interface Captured {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

const ORDER = JSON.stringify({ currency: 'goldcoins', amount: 10 });

/** Plays the whole story; `tell` hears each step as it happens. */
export async function play(tell: Tell): Promise<readonly Step[]> {
  const bank = await openBank();
  const steps: Step[] = [];
  const note: Tell = (step) => {
    steps.push(step);
    tell(step);
  };
  try {
    const secret = generateSecret();
    bank.register('jdoe', hmacKey(secret));
    note({
      title: 'the bank issues jdoe a key and a secret (HMAC-SHA256)',
      detail: `${secret.length} bytes, never sent again`,
      ok: secret.length >= 32,
    });
    const signer = hmacSigner({ keyid: 'jdoe', secret });
    await attack(bank, signer, note);
    await wrongClock(bank, signer, note);

    const { privateKey, publicKey } = await generateKeyPair();
    const edSigner = createSigner({ privateKey });
    bank.register(edSigner.keyid, publicKey);
    note({
      title: 'another consumer registers an Ed25519 public key',
      detail: `keyid ${edSigner.keyid.slice(0, 12)}… (JWK thumbprint)`,
      ok: edSigner.keyid.length === 43,
    });
    await attack(bank, edSigner, note);
    await relay(note);
    await outlast(note);
    await manageKeys(note);

    note(await measure(bank, signer, 'HMAC-SHA256'));
    note(await measure(bank, edSigner, 'Ed25519'));
  } finally {
    await bank.close();
  }
  return steps;
}

/** Credits coins once, then tries what an eavesdropper can do with the captured request. */
async function attack(bank: Bank, signer: Signer, note: Tell): Promise<void> {
  const wire: Captured[] = [];
  const send = createSignedFetch({ signer, fetch: tap(wire) });
  const response = await send(`${bank.origin}/coins`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: ORDER });
  note({
    title: '10 gold coins, signed',
    detail: `${response.status}, balance ${bank.balance(signer.keyid)}`,
    ok: response.status === 200 && bank.balance(signer.keyid) === 10,
  });
  await response.text();

  const captured = wire[0]!;
  await refuse(note, 'the eavesdropper sends the same request again', captured, 'nonce_replayed');
  await refuse(note, 'he changes the amount', { ...captured, body: ORDER.replace('10', '10000') }, 'digest_mismatch');
  await refuse(note, 'he changes the path', { ...captured, url: `${bank.origin}/diamonds` }, 'signature_mismatch');
  note({ title: 'after all of that', detail: `balance ${bank.balance(signer.keyid)}`, ok: bank.balance(signer.keyid) === 10 });
}

async function refuse(note: Tell, title: string, { url, method, headers, body }: Captured, expected: string): Promise<void> {
  const response = await fetch(url, { method, headers, body });
  const refusal = await parseRefusal(response);
  note({ title, detail: `${response.status} ${refusal?.code}`, ok: refusal?.code === expected });
}

/** A device whose clock is ten minutes slow is refused, learns the time from the refusal, and is accepted. */
async function wrongClock(bank: Bank, signer: Signer, note: Tell): Promise<void> {
  const now = () => Math.floor(Date.now() / 1000) - 600;
  const order = { method: 'POST', body: ORDER };
  const stubborn = await createSignedFetch({ signer, now, correctClock: false })(`${bank.origin}/coins`, order);
  const refusal = await parseRefusal(stubborn);
  note({
    title: 'a device whose clock is 10 minutes slow',
    detail: `${stubborn.status} ${refusal?.code}`,
    ok: refusal?.code === 'expired',
  });
  const corrected = await createSignedFetch({ signer, now })(`${bank.origin}/coins`, order);
  await corrected.text();
  note({
    title: 'the same, corrected by the time in the refusal',
    detail: `${corrected.status}, balance ${bank.balance(signer.keyid)}`,
    ok: corrected.status === 200 && bank.balance(signer.keyid) === 20,
  });
}

/** Signed, sent, verified and answered, over real HTTP. */
async function measure(bank: Bank, signer: Signer, name: string): Promise<Step> {
  const send = createSignedFetch({ signer });
  const before = bank.balance(signer.keyid);
  const requests = 500;
  const start = performance.now();
  for (let done = 0; done < requests; done += 20) await Promise.all(Array.from({ length: 20 }, () => credit(send, bank)));
  const seconds = (performance.now() - start) / 1000;
  const credited = (bank.balance(signer.keyid) - before) / 10;
  return {
    title: `${requests} requests, ${name}, 20 at a time`,
    detail: `${Math.round(requests / seconds)} a second, ${credited} credited`,
    ok: credited === requests,
  };
}

async function credit(send: typeof fetch, bank: Bank): Promise<void> {
  const response = await send(`${bank.origin}/coins`, { method: 'POST', body: ORDER });
  await response.arrayBuffer();
}

/** A fetch that also shows the eavesdropper what goes over the wire. */
function tap(wire: Captured[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const copy = request.clone();
    wire.push({ url: copy.url, method: copy.method, headers: new Headers(copy.headers), body: await copy.text() });
    return fetch(request);
  };
}
