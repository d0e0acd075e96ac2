/** Signing and verifying the typical request with Ed25519. */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createSigner, generateKeyPair } from 'countersign';
import { exportPrivateKeyPem, exportPublicKeyPem } from 'countersign/key-pairs';
import { BARE, bareEd25519 } from '../alternatives/bare.ts';
import { httpMessageSig } from '../alternatives/http-message-sig.ts';
import { httpMessageSignatures } from '../alternatives/http-message-signatures.ts';
import { OURS, ours } from '../alternatives/ours.ts';
import { KEYID, signatureBases } from '../alternatives/typical-request.ts';
import type { Scenario } from '../harness.ts';

export async function scenario(): Promise<Scenario> {
  const keys = await generateKeyPair({ extractable: true });
  const signer = createSigner({ privateKey: keys.privateKey, keyid: KEYID });
  const bases = await signatureBases(signer);
  const privateKey = createPrivateKey(await exportPrivateKeyPem(keys.privateKey));
  const publicKey = createPublicKey(await exportPublicKeyPem(keys.publicKey));
  return {
    title: 'Ed25519, sign and verify',
    alternatives: [
      bareEd25519(bases, privateKey, publicKey),
      ours(signer, keys.publicKey),
      httpMessageSignatures('ed25519', privateKey, publicKey),
      httpMessageSig(
        { algorithm: 'ed25519', sign: (data) => sign(null, data, privateKey) },
        { algorithm: 'ed25519', verify: (data, signature) => verify(null, data, publicKey, signature) },
      ),
    ],
    goals: [{ subject: OURS, than: BARE, limit: 1.6 }],
  };
}
