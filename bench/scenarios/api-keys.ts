/** Keys of a store, sealed there: verified with by way of `createApiKeys`, and prepared by hand. */
import { hmacKey, hmacSigner } from 'countersign';
import { aesGcmSealer, createApiKeys, memoryKeyStore } from 'countersign/api-keys';
import { oursResolving } from '../alternatives/ours.ts';
import { KEYID, SECRET } from '../alternatives/typical-request.ts';
import type { Scenario } from '../harness.ts';

const PREPARED = 'a prepared hmacKey';
const STORED = 'createApiKeys';

export async function scenario(): Promise<Scenario> {
  const sealer = aesGcmSealer({ current: 'bench', keys: { bench: new Uint8Array(32) } });
  const apiKeys = createApiKeys({ store: memoryKeyStore(), sealer, prefix: 'bank' });
  await apiKeys.importSecret(SECRET, { keyid: KEYID, owner: 'jdoe' });
  const signer = hmacSigner({ keyid: KEYID, secret: SECRET });
  const key = hmacKey(SECRET);
  return {
    title: 'HMAC-SHA256, keys of a store',
    alternatives: [
      oursResolving(PREPARED, signer, (keyid) => (keyid === KEYID ? key : undefined)),
      oursResolving(STORED, signer, apiKeys.resolveKey),
    ],
    goals: [{ subject: STORED, than: PREPARED, limit: 1.3 }],
  };
}
