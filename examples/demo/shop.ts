/**
 * The shop: the backend of a customer of the bank. It signs what one of its users has won; his browser carries that to
 * the bank as form fields.
 */
import { createServer } from 'node:http';
import { createSigner, generateKeyPair } from 'countersign';
import { type SignedForm, signPayload } from 'countersign/payload';
import type { Bank } from './bank.ts';
import { TAG } from './counter.ts';
import { close, listen, sendJson } from './http.ts';

/** A running shop. */
export interface Shop {
  readonly origin: string;
  close(): Promise<void>;
}

/** The names of what jdoe may collect. */
export type Claim = keyof typeof CLAIMS;

/** A value that is made of other people's separators. */
export const SEPARATORS = 'goldcoins|10&amount=10000';

interface Prize {
  readonly note: string;
  /** The bank it counts at; ours, if it does not say. */
  readonly audience?: string;
}

/** What the shop signs is the shop's decision: the browser only says which of these it comes for. */
const CLAIMS = {
  prize: { note: 'well played' },
  noted: { note: SEPARATORS },
  abroad: { note: 'well played', audience: 'https://other-bank.example' },
} as const satisfies Readonly<Record<string, Prize>>;

/** Opens a shop that has its key registered with the bank, under the name `shop`. */
export async function openShop(bank: Bank): Promise<Shop> {
  const { privateKey, publicKey } = await generateKeyPair();
  const signer = createSigner({ privateKey, keyid: 'shop' });
  bank.register(signer.keyid, publicKey);
  const issue = ({ note, audience = bank.origin }: Prize): Promise<SignedForm> => {
    const fields = [
      ['user', 'jdoe'],
      ['currency', 'goldcoins'],
      ['amount', '10'],
      ['note', note],
    ] as const;
    return signPayload(fields, { signer, tag: TAG, audience, subject: 'jdoe', expiresIn: 300 });
  };
  const server = createServer((request, response) => {
    const claim = new Map(Object.entries(CLAIMS)).get((request.url ?? '').replace('/claims/', ''));
    if (claim === undefined) response.writeHead(404).end();
    // The bank's page, of another origin, may read it.
    else void issue(claim).then((fields) => sendJson(response, fields, { 'access-control-allow-origin': bank.origin }));
  });
  return { origin: await listen(server), close: () => close(server) };
}
