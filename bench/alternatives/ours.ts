/** countersign as an application uses it: policy, authority, clock and replay store included. */
import { createVerifier, memoryReplayStore, type RequestMessage, type Signer, signRequest, type VerificationKey } from 'countersign';
import type { Alternative } from '../harness.ts';
import { pair } from './pair.ts';
import { AUTHORITY, KEYID, requestOf } from './typical-request.ts';

/** What our alternative is called in every table. */
export const OURS = 'countersign';

/** Signs and verifies the typical request. */
export function ours(signer: Signer, key: VerificationKey): Alternative {
  const verifier = createVerifier({
    authority: AUTHORITY,
    resolveKey: (keyid) => (keyid === KEYID ? key : undefined),
    replayStore: memoryReplayStore({ capacity: 2 ** 24, insecurelyAssumeNoEarlierMessages: true }),
    policy: { components: ['content-type'] },
  });
  return pair<RequestMessage>({
    name: OURS,
    sign: async (index) => {
      const message = requestOf(index);
      const { fields } = await signRequest(message, { signer });
      return { ...message, fields: [...(message.fields as readonly [string, string][]), ...fields] };
    },
    verify: async (message) => (await verifier.verifyRequest(message)).keyid === KEYID,
    tamper: (message) => ({ ...message, target: `${message.target}0` }),
  });
}
