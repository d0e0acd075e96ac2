/**
 * Keeps the bank open: its page, its portal, and requests of your own.
 */
import { generateSecret, hmacKey } from 'countersign';
import { encodeBase64url } from 'countersign/key-pairs';
import { openBank } from './bank.ts';
import { openCounter } from './counter.ts';
import { openPage } from './page-server.ts';
import { openKeyFile, openPortal } from './portal.ts';
import { openShop } from './shop.ts';
import { openWire } from './wire.ts';

/** Serves until interrupted. */
export async function serve(port: number): Promise<void> {
  const { apiKeys, close } = await openKeyFile();
  const bank = await openBank({ port, insecurelyExposeSignatureBase: true, resolveKey: apiKeys.resolveKey });
  const shop = await openShop(bank);
  const counter = openCounter(bank);
  openWire(bank, counter);
  await openPage(bank, counter, shop);
  await openPortal(bank, apiKeys);
  const secret = generateSecret();
  bank.register('jdoe', hmacKey(secret));
  console.log(`The bank listens on ${bank.origin}. Open that in a browser: what it accepts, and what not.
Developers get their keys on ${bank.origin}/keys. Or paste this into a file beside node_modules and run it with node:

import { createSignedFetch, hmacSigner } from 'countersign';
import { decodeBase64url } from 'countersign/key-pairs';
const signer = hmacSigner({ keyid: 'jdoe', secret: decodeBase64url('${encodeBase64url(secret)}') });
const bank = createSignedFetch({ signer });
const response = await bank('${bank.origin}/coins', { method: 'POST', body: JSON.stringify({ currency: 'goldcoins', amount: 10 }) });
console.log(response.status, await response.text());

Stop with Ctrl+C.`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await Promise.all([shop.close(), bank.close()]);
  await close();
}
