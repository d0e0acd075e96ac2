/** countersign as an application uses it: policy, authority, clock and replay store included. */
import {
  createVerifier,
  memoryReplayStore,
  type RequestMessage,
  type ResolveKey,
  type SignedFields,
  type Signer,
  signRequest,
  type VerificationKey,
  type VerifiedRequest,
} from 'countersign';
import type { Alternative } from '../harness.ts';
import { pair } from './pair.ts';
import { AUTHORITY, KEYID, requestOf } from './typical-request.ts';

/** What our alternative is called in every table. */
export const OURS = 'countersign';

/** Signs and verifies the typical request. */
export function ours(signer: Signer, key: VerificationKey): Alternative {
  return oursResolving(OURS, signer, (keyid) => (keyid === KEYID ? key : undefined));
}

/** The same, with a look-up of keys of one's own. */
export function oursResolving(name: string, signer: Signer, resolveKey: ResolveKey): Alternative {
  const verifier = createVerifier({
    authority: AUTHORITY,
    resolveKey,
    replayStore: memoryReplayStore({ capacity: 2 ** 24, insecurelyAssumeNoEarlierMessages: true }),
    policy: { components: ['content-type'] },
  });
  return pair<SignedFields, RequestMessage, VerifiedRequest>({
    name,
    sign: (index) => signRequest(requestOf(index), { signer }),
    send: (index, { fields }) => requestOf(index, fields),
    verify: (message) => verifier.verifyRequest(message),
    accepts: ({ keyid }) => keyid === KEYID,
    tamper: (message) => ({ ...message, target: `${message.target}0` }),
  });
}
