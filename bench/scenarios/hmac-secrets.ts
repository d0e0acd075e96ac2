/** Secrets that a look-up answers: prepared by hand, by `hmacSecrets`, and anew for every message. */
import { hmacKey, hmacSecrets, hmacSigner } from 'countersign';
import { oursResolving } from '../alternatives/ours.ts';
import { KEYID, SECRET } from '../alternatives/typical-request.ts';
import type { Scenario } from '../harness.ts';

const PREPARED = 'a prepared hmacKey';
const SECRETS = 'hmacSecrets';
const ANEW = 'hmacKey for every message';

export function scenario(): Scenario {
  const signer = hmacSigner({ keyid: KEYID, secret: SECRET });
  const key = hmacKey(SECRET);
  const text = new TextDecoder().decode(SECRET);
  const find = (keyid: string) => (keyid === KEYID ? text : undefined);
  return {
    title: 'HMAC-SHA256, keys of secrets that are looked up',
    alternatives: [
      oursResolving(PREPARED, signer, (keyid) => (keyid === KEYID ? key : undefined)),
      oursResolving(SECRETS, signer, hmacSecrets(find)),
      oursResolving(ANEW, signer, (keyid) => {
        const secret = find(keyid);
        return secret === undefined ? undefined : hmacKey(secret);
      }),
    ],
    goals: [
      { subject: SECRETS, than: PREPARED, limit: 1.2 },
      { subject: SECRETS, than: ANEW, limit: 1 },
    ],
  };
}
