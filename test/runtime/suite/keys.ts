/**
 * The keys of the suite: made of constants, so that every process has the same ones. No secret of anybody.
 *
 * @module
 */

import { createSigner, hmacKey, hmacSigner, type Signer, type VerificationKey } from 'countersign';
import { exportPublicKeyRaw, importPrivateKeyRaw, importPublicKeyRaw } from 'countersign/key-pairs';
import { utf8 } from './engine.ts';

/** A secret of the cross matrix; pages are allowed to hold it. */
export const SECRET = 'suite secret, which is 32 bytes!';

/** A page may hold this secret: it is a test's. */
export const IN_PAGE = { insecurelyAllowInBrowser: true } as const;

/** The seed of the Ed25519 key. */
export const SEED: Uint8Array<ArrayBuffer> = utf8('suite seed, exactly 32 bytes ok!');

/** The kinds of key that the cross matrix signs with. */
export type KeyKind = 'hmac' | 'ed25519';

/** A signer of that kind whose keyid names who signs. */
export async function suiteSigner(kind: KeyKind, who: string): Promise<Signer> {
  const keyid = `${who}.${kind}`;
  if (kind === 'hmac') return hmacSigner({ keyid, secret: SECRET, ...IN_PAGE });
  return createSigner({ keyid, privateKey: await importPrivateKeyRaw(SEED) });
}

/** The verification key of that kind. */
export async function suiteKey(kind: KeyKind): Promise<VerificationKey> {
  if (kind === 'hmac') return hmacKey(SECRET, IN_PAGE);
  return importPublicKeyRaw(exportPublicKeyRaw(await importPrivateKeyRaw(SEED)));
}
