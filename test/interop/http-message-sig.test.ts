/** Interoperation with http-message-sig 0.3, both directions, HMAC (with a provider of ours: it has none) and Ed25519. */
import { createHmac, timingSafeEqual } from 'node:crypto';
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
import { importPrivateCryptoKey, importPublicCryptoKey } from 'countersign/key-pairs';
import * as peer from 'http-message-sig';
import { describe, expect, it } from 'vitest';
import { changed, interopCases, KEYID, SECRET, urlOf } from './messages.ts';

interface Keys {
  readonly signer: Signer;
  readonly key: VerificationKey;
  readonly peerSigner: peer.Signer;
  readonly peerVerifier: peer.Verifier;
}

async function ed25519Keys(): Promise<Keys> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  return {
    signer: createSigner({ privateKey: await importPrivateCryptoKey(pair.privateKey), keyid: KEYID }),
    key: await importPublicCryptoKey(pair.publicKey),
    peerSigner: peer.webcrypto.signer(pair.privateKey),
    peerVerifier: peer.webcrypto.verifier(pair.publicKey),
  };
}

async function hmacKeys(): Promise<Keys> {
  const mac = (data: Uint8Array) => createHmac('sha256', SECRET).update(data).digest();
  return {
    signer: hmacSigner({ keyid: KEYID, secret: SECRET }),
    key: hmacKey(SECRET),
    peerSigner: { algorithm: 'hmac-sha256', sign: (data) => mac(data) },
    peerVerifier: { algorithm: 'hmac-sha256', verify: (data, signature) => timingSafeEqual(mac(data), signature) },
  };
}

/** The message in the peer's form. */
function peerRequest(message: RequestMessage) {
  return {
    kind: 'request' as const,
    method: message.method,
    targetUri: urlOf(message),
    requestTarget: message.target,
    fields: (message.fields as FieldLines).map(([name, value]) => ({ name, value })),
  };
}

function peerVerifies(message: RequestMessage, { peerVerifier }: Keys) {
  return peer.verifySignature(peerRequest(message), {
    policy: {
      algorithms: [peerVerifier.algorithm],
      requiredComponents: ['@method', '@authority', '@path', '@query'],
      requiredParameters: ['created', 'nonce', 'keyid'],
      maxAge: 300,
      clockSkew: 5,
    },
    resolveVerifier: () => peerVerifier,
  });
}

describe.each([
  ['HMAC-SHA256', hmacKeys],
  ['Ed25519', ed25519Keys],
] as const)('http-message-sig, %s', (_, makeKeys) => {
  it('verifies what we sign, and notices a change', async () => {
    const keys = await makeKeys();
    for (const { title, message, components } of await interopCases()) {
      const { fields } = await signRequest(message, { signer: keys.signer, components });
      const signed = { ...message, fields: [...message.fields, ...fields] };
      expect((await peerVerifies(signed, keys)).parameters.keyid, title).toBe(KEYID);
      await expect(peerVerifies(changed(signed), keys), title).rejects.toMatchObject({ code: 'VerificationFailed' });
    }
  });

  it('signs what we verify, once, unchanged', async () => {
    const keys = await makeKeys();
    const verifier = createVerifier({
      authority: ['bank.example', 'bank.example:8443'],
      resolveKey: (keyid) => (keyid === KEYID ? keys.key : undefined),
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    });
    for (const [index, { title, message, components }] of (await interopCases()).entries()) {
      const { signature, signatureInput } = await peer.createSignature(peerRequest(message), {
        components,
        parameters: {
          created: Math.floor(Date.now() / 1000),
          nonce: `nonce-${index}-0123456789`,
          keyid: KEYID,
          alg: keys.signer.algorithm,
        },
        signer: keys.peerSigner,
      });
      const fields: FieldLines = [...message.fields, ['signature-input', signatureInput], ['signature', signature]];
      const signed = { ...message, fields };
      await expect(verifier.verifyRequest(changed(signed)), title).rejects.toMatchObject({ code: 'signature_mismatch' });
      expect((await verifier.verifyRequest(signed)).keyid, title).toBe(KEYID);
      await expect(verifier.verifyRequest(signed), title).rejects.toMatchObject({ code: 'nonce_replayed' });
    }
  });
});
