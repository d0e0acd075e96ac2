/**
 * Ed25519 with WebCrypto: browsers, Deno, edge workers. Each rejects with NotSupportedError where the runtime has none.
 *
 * @see https://www.w3.org/TR/webcrypto-2/#ed25519
 * @module
 */

import { decodeHex } from '../internal/hex.ts';
import { encodeLatin1 } from '../internal/latin1.ts';
import type { Ed25519Verify } from './ed25519-backend.ts';
import { unsupported } from './ed25519-web-private.ts';

const NAME = 'Ed25519';

/** A signature that holds, by a key of mixed order, of `split 0 1`. */
const PROBE_KEY = 'f9a627e2c5849324083d812f9eddb51bc408970e9f8e04b78c74ac5ae3bcc395';
const PROBE =
  '17154ab32a3b1c2cdc2c57d46d11a77b7a2e7eff5ec7d5926d2e2e855560aa36e2d4f58217874a07c578f5cffb78a89ef819ee4893110e7d42e9d934ced46504';

const probed = /* @__PURE__ */ new WeakMap<SubtleCrypto, Promise<boolean>>();

/** Whether an implementation verifies exactly as we do, which is asked once. Where it does not, the fallback verifies. */
async function probe(subtle: SubtleCrypto): Promise<boolean> {
  const key = await subtle.importKey('raw', decodeHex(PROBE_KEY)!, NAME, false, ['verify']);
  return subtle.verify(NAME, key, decodeHex(PROBE)!, encodeLatin1('split 0 1'));
}

/** Prepares a public key that has passed the gate. */
export async function webPublic(subtle: SubtleCrypto, bytes: Uint8Array): Promise<Ed25519Verify> {
  let exact = probed.get(subtle);
  if (exact === undefined) probed.set(subtle, (exact = probe(subtle)));
  if (!(await exact)) unsupported();
  const key = await subtle.importKey('raw', bytes as BufferSource, NAME, false, ['verify']);
  return (base, signature) => subtle.verify(NAME, key, signature as BufferSource, base as BufferSource);
}
