/**
 * Signed requests: the page is a consumer with a key of its own, and somebody on the wire tries what he can.
 */
import { createSigner, exportPublicKeyJwk, generateKeyPair, type SignedFields, type Signer, signRequest } from 'countersign';
import { createContentDigest } from 'countersign/http';
import { sendByWire, sendDirectly, type Trial } from './page-trial.ts';
import type { Parcel } from './wire.ts';

/** What a button does. */
export type Case = () => Promise<Trial>;

/**
 * Makes a key and registers it with the bank. It is as new as the bank, which has forgotten earlier nonces: a page of your
 * own keeps one, with `openKeyPair` of `countersign/browser`.
 */
export async function openConsumer(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair();
  const body = JSON.stringify(exportPublicKeyJwk(publicKey));
  await fetch('/keys', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return createSigner({ privateKey });
}

interface SignedOrder extends Pick<SignedFields, 'base'> {
  readonly parcel: Parcel;
}

const TEN = '{"currency":"goldcoins","amount":10}';
const MANY = '{"currency":"goldcoins","amount":10000}';
const JSON_TYPE = ['content-type', 'application/json'] as const;

async function signOrder(signer: Signer, created?: number): Promise<SignedOrder> {
  const message = {
    method: 'POST',
    scheme: location.protocol.slice(0, -1),
    authority: location.host,
    target: '/coins',
    fields: [JSON_TYPE],
    body: new TextEncoder().encode(TEN),
  };
  const { fields, base } = await signRequest(message, { signer, created });
  return { parcel: { target: message.target, headers: [JSON_TYPE, ...fields], body: TEN }, base };
}

/** The cases by the name of their button. */
export function requestCases(signer: Signer): Readonly<Record<string, Case>> {
  const tamper = async (change: Partial<Parcel>, received?: (base: string) => Promise<string>): Promise<Trial> => {
    const { parcel, base } = await signOrder(signer);
    return sendByWire({ ...parcel, ...change }, { signed: base, received: await received?.(base) });
  };
  return {
    send: async () => {
      const { parcel, base } = await signOrder(signer);
      return sendDirectly(parcel, { signed: base });
    },
    replay: async () => {
      const { parcel, base } = await signOrder(signer);
      await sendDirectly(parcel, { signed: base });
      return sendByWire(parcel, { signed: base });
    },
    amount: () => tamper({ body: MANY }, (base) => withDigestOf(MANY, base)),
    path: () => tamper({ target: '/diamonds' }),
    query: () => tamper({ target: '/coins?to=mallory' }),
    late: async () => {
      const { parcel, base } = await signOrder(signer, Math.floor(Date.now() / 1000) - 600);
      return sendByWire(parcel, { signed: base });
    },
    unsigned: () => sendByWire({ target: '/coins', headers: [JSON_TYPE], body: TEN }, {}),
  };
}

/** The base with the digest of the body that arrives: the bank says that it differs, not what it is. */
async function withDigestOf(body: string, base: string): Promise<string> {
  const digest = await createContentDigest(new TextEncoder().encode(body));
  return base.replace(/^"content-digest": .*$/m, () => `"content-digest": ${digest}`);
}
