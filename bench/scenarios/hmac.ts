/** Signing and verifying the typical request with HMAC-SHA256. */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { hmacKey, hmacSigner } from 'countersign';
import { BARE, bareHmac } from '../alternatives/bare.ts';
import { HTTP_MESSAGE_SIG, httpMessageSig } from '../alternatives/http-message-sig.ts';
import { httpMessageSignatures } from '../alternatives/http-message-signatures.ts';
import { jose } from '../alternatives/jose.ts';
import { OURS, ours } from '../alternatives/ours.ts';
import { KEYID, SECRET, signatureBases } from '../alternatives/typical-request.ts';
import type { Scenario } from '../harness.ts';

export async function scenario(): Promise<Scenario> {
  const signer = hmacSigner({ keyid: KEYID, secret: SECRET });
  const bases = await signatureBases(signer);
  const key = createSecretKey(SECRET);
  const mac = (data: Uint8Array) => createHmac('sha256', key).update(data).digest();
  const webKey = await crypto.subtle.importKey('raw', SECRET as Uint8Array<ArrayBuffer>, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
  return {
    title: 'HMAC-SHA256, sign and verify',
    alternatives: [
      bareHmac(bases, key),
      ours(signer, hmacKey(SECRET)),
      jose(bases, 'HS256', webKey, webKey),
      httpMessageSignatures('hmac-sha256', key, key),
      httpMessageSig(
        { algorithm: 'hmac-sha256', sign: mac },
        { algorithm: 'hmac-sha256', verify: (data, signature) => timingSafeEqual(mac(data), signature) },
      ),
    ],
    goals: [
      { subject: OURS, than: BARE, limit: 5 },
      { subject: OURS, than: HTTP_MESSAGE_SIG, limit: 1 / 3 },
    ],
  };
}
