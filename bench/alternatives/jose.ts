/** jose: the same text as the payload of a compact JWS. It signs no request; it is what many use in place of one. */
import { CompactSign, type CompactVerifyResult, type CryptoKey, compactVerify } from 'jose';
import type { Alternative } from '../harness.ts';
import { pair } from './pair.ts';

/** Signs and verifies a base as JWS. */
export function jose(bases: readonly Uint8Array[], alg: 'HS256' | 'EdDSA', privateKey: CryptoKey, publicKey: CryptoKey): Alternative {
  return pair<string, string, CompactVerifyResult>({
    name: `jose ${alg}`,
    sign: (index) => new CompactSign(bases[index % bases.length]!).setProtectedHeader({ alg }).sign(privateKey),
    send: (_, jws) => jws,
    verify: (jws) => compactVerify(jws, publicKey, { algorithms: [alg] }),
    accepts: ({ payload }) => payload.length > 0,
    tamper: (jws) => jws.replace(/\.[^.]/, (start) => (start === '.A' ? '.B' : '.A')),
  });
}
