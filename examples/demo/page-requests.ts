/**
 * Signed requests: the page is a customer with a key of its own, and somebody on the wire tries what he can.
 */
import { createSigner, generateKeyPair, type Signer, signRequest } from 'countersign';
import { createContentDigest } from 'countersign/http';
import { exportPublicKeyJwk } from 'countersign/key-pairs';
import { type Outcome, type Signed, send, sendByWire } from './page-attempt.ts';
import { reachWithJson } from './page-reach.ts';

/** The amounts that were typed. */
export interface Amounts {
  /** What the customer asks for. */
  readonly amount: number;
  /** What somebody on the wire makes of it. */
  readonly changed: number;
  /** What jdoe makes of a message of the shop's. */
  readonly edited: number;
}

/** What a button does. */
export type Attempt = (amounts: Amounts) => Promise<Outcome>;

/**
 * Makes a key and registers it with the bank. It is as new as the bank, which has forgotten earlier nonces: a page of your
 * own keeps one, with `openKeyPair` of `countersign/browser`.
 */
export async function openCustomer(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair();
  await reachWithJson('/keys', exportPublicKeyJwk(publicKey));
  return createSigner({ privateKey });
}

const JSON_TYPE = ['content-type', 'application/json'] as const;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const order = (amount: number): string => JSON.stringify({ currency: 'goldcoins', amount });

const secondsNow = (): number => Math.floor(Date.now() / 1000);

/** The attempts by the name of their button; the page shows these lines as they stand here. */
export function requestAttempts(signer: Signer): Readonly<Record<string, Attempt>> {
  const sign = async (body: string, created?: number): Promise<Signed> => {
    const message = {
      method: 'POST',
      scheme: location.protocol.replace(':', ''),
      authority: location.host,
      target: '/coins',
      fields: [JSON_TYPE],
      body: bytesOf(body),
    };
    const { fields, base } = await signRequest(message, { signer, created });
    // The signature travels as header fields: Content-Digest, Signature-Input, Signature.
    const request = { target: message.target, headers: [JSON_TYPE, ...fields], body };
    return { request, base, baseWith: withDigestOf(base) };
  };

  return {
    send: async ({ amount }) => send(await sign(order(amount))),
    replay: async ({ amount }) => {
      const signed = await sign(order(amount));
      await send(signed);
      return sendByWire(signed);
    },
    amount: async ({ amount, changed }) => {
      const signed = await sign(order(amount));
      return sendByWire(signed, { body: order(changed) });
    },
    path: async ({ amount }) => {
      const signed = await sign(order(amount));
      return sendByWire(signed, { target: '/diamonds' });
    },
    query: async ({ amount }) => {
      const signed = await sign(order(amount));
      return sendByWire(signed, { target: '/coins?to=mallory' });
    },
    late: async ({ amount }) => {
      const signed = await sign(order(amount), secondsNow() - 600);
      return sendByWire(signed);
    },
    unsigned: async ({ amount }) => {
      const request = { target: '/coins', headers: [JSON_TYPE], body: order(amount) };
      return sendByWire({ request });
    },
  };
}

function withDigestOf(base: string): (body: string) => Promise<string> {
  return async (body) => {
    const digest = await createContentDigest(bytesOf(body));
    return base.replace(/^"content-digest": .*$/m, () => `"content-digest": ${digest}`);
  };
}
