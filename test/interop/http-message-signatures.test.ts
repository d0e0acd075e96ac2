/** Interoperation with http-message-signatures 1.0, both directions, HMAC and Ed25519. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  createSigner,
  createVerifier,
  type FieldLines,
  hmacKey,
  hmacSigner,
  memoryReplayStore,
  type RequestMessage,
  type Signer,
  signRequest,
  type VerificationKey,
} from 'countersign';
import { importPrivateKeyPem, importPublicKeyPem } from 'countersign/key-pairs';
import { type Algorithm, createSigner as createPeerSigner, createVerifier as createPeerVerifier, httpbis } from 'http-message-signatures';
import { describe, expect, it } from 'vitest';
import { changed, type InteropCase, interopCases, KEYID, NOW, SECRET, urlOf } from './messages.ts';

interface Keys {
  readonly algorithm: Algorithm;
  readonly signer: Signer;
  readonly key: VerificationKey;
  readonly peerSigner: ReturnType<typeof createPeerSigner>;
  readonly peerVerifier: ReturnType<typeof createPeerVerifier>;
}

async function ed25519Keys(): Promise<Keys> {
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    algorithm: 'ed25519',
    signer: createSigner({ privateKey: await importPrivateKeyPem(pair.privateKey), keyid: KEYID }),
    key: await importPublicKeyPem(pair.publicKey),
    peerSigner: createPeerSigner(createPrivateKey(pair.privateKey), 'ed25519', KEYID),
    peerVerifier: createPeerVerifier(createPublicKey(pair.publicKey), 'ed25519'),
  };
}

const hmacKeys: Keys = {
  algorithm: 'hmac-sha256',
  signer: hmacSigner({ keyid: KEYID, secret: SECRET }),
  key: hmacKey(SECRET),
  peerSigner: createPeerSigner(SECRET, 'hmac-sha256', KEYID),
  peerVerifier: createPeerVerifier(SECRET, 'hmac-sha256'),
};

/** The message in the peer's form. */
function peerRequest(message: RequestMessage): { method: string; url: string; headers: Record<string, string> } {
  return { method: message.method, url: urlOf(message), headers: Object.fromEntries(message.fields as FieldLines) };
}

const quoted = (name: string) => (name.startsWith('"') ? name : `"${name}"`);

async function peerSigned({ message, components }: InteropCase, { peerSigner }: Keys, nonce: string): Promise<RequestMessage> {
  const { headers } = await httpbis.signMessage(
    {
      key: peerSigner,
      fields: components.map(quoted),
      params: ['created', 'nonce', 'keyid', 'alg'],
      paramValues: { created: new Date(), nonce },
    },
    peerRequest(message),
  );
  return { ...message, fields: Object.entries(headers) as [string, string][] };
}

function peerVerifies(message: RequestMessage, { algorithm, peerVerifier }: Keys): Promise<boolean | null> {
  return httpbis.verifyMessage(
    {
      keyLookup: async ({ keyid }) => (keyid === KEYID ? { id: KEYID, algs: [algorithm], verify: peerVerifier } : null),
      requiredParams: ['created', 'nonce', 'keyid'],
      requiredFields: ['@method', '@authority', '@path', '@query'],
      maxAge: 300,
      tolerance: 5,
      notAfter: NOW() + 5,
    },
    peerRequest(message),
  );
}

function ourVerifier({ key }: Keys) {
  return createVerifier({
    authority: ['bank.example', 'bank.example:8443'],
    resolveKey: (keyid) => (keyid === KEYID ? key : undefined),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
  });
}

describe.each([
  ['HMAC-SHA256', async () => hmacKeys],
  ['Ed25519', ed25519Keys],
] as const)('http-message-signatures, %s', (_, makeKeys) => {
  it('verifies what we sign, and notices a change', async () => {
    const keys = await makeKeys();
    for (const { title, message, components } of await interopCases()) {
      const { fields } = await signRequest(message, { signer: keys.signer, components });
      const signed = { ...message, fields: [...message.fields, ...fields] };
      expect(await peerVerifies(signed, keys), title).toBe(true);
      expect(await peerVerifies(changed(signed), keys), title).toBe(false);
    }
  });

  it('signs what we verify, once, unchanged', async () => {
    const keys = await makeKeys();
    const verifier = ourVerifier(keys);
    for (const [index, one] of (await interopCases()).entries()) {
      const signed = await peerSigned(one, keys, `nonce-${index}-0123456789`);
      await expect(verifier.verifyRequest(changed(signed)), one.title).rejects.toMatchObject({ code: 'signature_mismatch' });
      expect((await verifier.verifyRequest(signed)).keyid, one.title).toBe(KEYID);
      await expect(verifier.verifyRequest(signed), one.title).rejects.toMatchObject({ code: 'nonce_replayed' });
    }
  });

  it('adds a signature of its own next to ours', async () => {
    const keys = await makeKeys();
    const [one] = await interopCases();
    const { fields } = await signRequest(one!.message, { signer: keys.signer, tag: 'ours' });
    const message = { ...one!.message, fields: [...one!.message.fields, ...fields] };
    const both = await peerSigned({ ...one!, message }, keys, 'nonce-of-the-peer-01');
    const verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: () => keys.key,
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
      policy: [{ tag: 'ours' }, {}],
    });
    expect((await verifier.verifyRequest(both)).signatures).toHaveLength(2);
  });
});
