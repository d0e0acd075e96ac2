/** http-message-sig, its keys prepared, messages as descriptors (no `Request` is made). */
import { createSignature, type RequestDescriptor, type Signer, type Verifier, verifySignature } from 'http-message-sig';
import type { Alternative } from '../harness.ts';
import { pair } from './pair.ts';
import { COMPONENTS, CONTENT_TYPE, KEYID, nonceOf, now, targetOf, urlOf } from './typical-request.ts';

export const HTTP_MESSAGE_SIG = 'http-message-sig';

/** Signs and verifies the typical request. */
export function httpMessageSig(signer: Signer, verifier: Verifier): Alternative {
  const policy = {
    algorithms: [verifier.algorithm],
    requiredComponents: COMPONENTS,
    requiredParameters: ['created', 'nonce', 'keyid'],
    maxAge: 300,
    clockSkew: 5,
  };
  return pair<RequestDescriptor>({
    name: HTTP_MESSAGE_SIG,
    sign: async (index) => {
      const message: RequestDescriptor = {
        kind: 'request',
        method: 'POST',
        targetUri: urlOf(index),
        requestTarget: targetOf(index),
        fields: [{ name: 'content-type', value: CONTENT_TYPE }],
      };
      const parameters = { created: now(), nonce: nonceOf(index), keyid: KEYID };
      const { signature, signatureInput } = await createSignature(message, { components: COMPONENTS, parameters, signer });
      const added = [
        { name: 'signature-input', value: signatureInput },
        { name: 'signature', value: signature },
      ];
      return { ...message, fields: [...message.fields, ...added] };
    },
    verify: async (message) => (await verifySignature(message, { policy, resolveVerifier: () => verifier })).parameters.keyid === KEYID,
    tamper: (message) => ({ ...message, targetUri: `${message.targetUri}0`, requestTarget: `${message.requestTarget}0` }),
  });
}
