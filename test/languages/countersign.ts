/**
 * countersign itself: its client, its server, and what it signs and verifies.
 *
 * @module
 */

import {
  canonicalizeFields,
  canonicalizeJson,
  createSignedFetch,
  createSigner,
  createVerifier,
  generateKeyPair,
  hmacKey,
  hmacSigner,
  isVerificationError,
  memoryReplayStore,
} from 'countersign';
import { encodeBase64url, exportPublicKeyRaw } from 'countersign/key-pairs';
import { issueLicense } from 'countersign/license';
import { messageFromNode } from 'countersign/node';
import { signPayload, verifyPayload } from 'countersign/payload';
import { verifyUrl } from 'countersign/url';
import { type Address, KEYID, type Peer, Refusal, type Running, SECRET, type WirePayload } from './peer.ts';
import { type Report, same } from './report.ts';
import { listen } from './serve.ts';
import { hostileValues } from './values.ts';

type Pairs = readonly (readonly [string, string])[];

const signer = hmacSigner({ keyid: KEYID, secret: SECRET });
const signedFetch = createSignedFetch({ signer });
const resolveKey = (keyid: string) => (keyid === KEYID ? hmacKey(SECRET) : undefined);
// Everything here has just begun: there are no earlier messages.
const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
const licenseKeys = await generateKeyPair();
const licenseSigner = createSigner({ privateKey: licenseKeys.privateKey });

/** Refusals as everybody here tells them. */
async function refusing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isVerificationError(error) ? new Refusal(error.code) : error;
  }
}

const serve: Peer['serve'] = async () => {
  const server = await listen(async (request, response) => {
    const verifier = createVerifier({ authority: server.authority, resolveKey, replayStore });
    try {
      const verified = await verifier.verifyRequest(messageFromNode(request));
      response.writeHead(200).end(verified.bytes);
    } catch (error) {
      if (!isVerificationError(error)) throw error;
      const { status, headers, body } = error.toProblem();
      response.writeHead(status, headers).end(body);
    }
  });
  return server;
};

async function sign(data: Parameters<Peer['signPayload']>[0], { kind, tag, audience, subject }: Address): Promise<WirePayload> {
  const options = { signer, tag, audience, subject };
  if (kind === 'text') return Object.entries(await signPayload(data as string, options));
  if (kind === 'form') return signPayload(data as Pairs, options);
  return JSON.stringify(await signPayload({ ...(data as object) }, options));
}

async function verify(payload: WirePayload, { kind, tag, audience, subject }: Address): Promise<string> {
  const options = { tag, audience, subject, resolveKey, replayStore };
  if (kind === 'text') return (await verifyPayload(Object.fromEntries(payload as Pairs), { ...options, format: 'text' })).payload;
  if (kind === 'json') return canonicalizeJson((await verifyPayload(payload as string, options)).payload);
  const { payload: fields } = await verifyPayload(payload as Pairs, { ...options, format: 'form' });
  return canonicalizeFields(Object.entries(fields));
}

/** A client whose clock is wrong learns the time from a server's refusal: once, and everything is accepted. */
export async function checkClock(report: Report, name: string, { authority }: Running): Promise<void> {
  for (const [what, skew] of [
    ['slow', -600],
    ['fast', 600],
  ] as const) {
    await report.check(`a client of countersign with a ${what} clock corrects it after a refusal by ${name}`, async () => {
      const late = createSignedFetch({ signer, now: () => Math.floor(Date.now() / 1000) + skew });
      const response = await late(`http://${authority}/clock`, { method: 'POST', body: 'what time is it?' });
      same(`${response.status} ${await response.text()}`, '200 what time is it?');
    });
  }
}

/** What users of this package have. */
export const countersign: Peer = {
  name: 'countersign',
  values: hostileValues,
  async send({ method, authority, target, fields, content }) {
    const body = content.length > 0 ? { body: Uint8Array.from(content) } : {};
    const response = await signedFetch(`http://${authority}${target}`, {
      method,
      headers: fields.map(([name, value]): [string, string] => [name, value]),
      ...body,
    });
    return { status: response.status, content: Buffer.from(await response.arrayBuffer()) };
  },
  serve,
  signPayload: sign,
  verifyPayload: (payload, address) => refusing(() => verify(payload, address)),
  verifyUrl: (method, url) =>
    refusing(async () => {
      await verifyUrl({ url, method }, { authority: new URL(url).host, resolveKey, replayStore });
    }),
  async issueLicense({ product, subject, expiresIn, data }) {
    const expires = expiresIn === undefined ? undefined : Math.floor(Date.now() / 1000) + expiresIn;
    return (await issueLicense(data, { signer: licenseSigner, product, subject, expires })).json;
  },
  licenseKey: { keyid: licenseSigner.keyid, publicKey: encodeBase64url(exportPublicKeyRaw(licenseKeys.publicKey)) },
};
