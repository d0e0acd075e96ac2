/** http-message-sig, its keys prepared, messages as descriptors (no `Request` is made). */
import {
  createSignature,
  type RequestDescriptor,
  type SignatureFields,
  type Signer,
  type VerifiedSignature,
  type Verifier,
  verifySignature,
} from 'http-message-sig';
import type { Alternative } from '../harness.ts';
import { pair } from './pair.ts';
import { COMPONENTS, CONTENT_TYPE, KEYID, nonceOf, now, targetOf, urlOf } from './typical-request.ts';

export const HTTP_MESSAGE_SIG = 'http-message-sig';

function requestOf(index: number, added: RequestDescriptor['fields'] = []): RequestDescriptor {
  return {
    kind: 'request',
    method: 'POST',
    targetUri: urlOf(index),
    requestTarget: targetOf(index),
    fields: [{ name: 'content-type', value: CONTENT_TYPE }, ...added],
  };
}

/** Signs and verifies the typical request. */
export function httpMessageSig(signer: Signer, verifier: Verifier): Alternative {
  const policy = {
    algorithms: [verifier.algorithm],
    requiredComponents: COMPONENTS,
    requiredParameters: ['created', 'nonce', 'keyid'],
    maxAge: 300,
    clockSkew: 5,
  };
  return pair<SignatureFields, RequestDescriptor, VerifiedSignature>({
    name: HTTP_MESSAGE_SIG,
    sign: (index) => {
      const parameters = { created: now(), nonce: nonceOf(index), keyid: KEYID };
      return createSignature(requestOf(index), { components: COMPONENTS, parameters, signer });
    },
    send: (index, { signature, signatureInput }) =>
      requestOf(index, [
        { name: 'signature-input', value: signatureInput },
        { name: 'signature', value: signature },
      ]),
    verify: (message) => verifySignature(message, { policy, resolveVerifier: () => verifier }),
    accepts: ({ parameters }) => parameters.keyid === KEYID,
    tamper: (message) => ({ ...message, targetUri: `${message.targetUri}0`, requestTarget: `${message.requestTarget}0` }),
  });
}
