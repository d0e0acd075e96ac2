/** http-message-signatures, its keys prepared. */
import { type Algorithm, createSigner, createVerifier, httpbis, type Request } from 'http-message-signatures';
import type { Alternative } from '../harness.ts';
import { pair } from './pair.ts';
import { COMPONENTS, CONTENT_TYPE, KEYID, nonceOf, now, urlOf } from './typical-request.ts';

type Key = Parameters<typeof createSigner>[0];

/** Signs and verifies the typical request. */
export function httpMessageSignatures(algorithm: Algorithm, privateKey: Key, publicKey: Key): Alternative {
  const signer = createSigner(privateKey, algorithm, KEYID);
  const key = { id: KEYID, algs: [algorithm], verify: createVerifier(publicKey as Parameters<typeof createVerifier>[0], algorithm) };
  const fields = COMPONENTS.map((name) => `"${name}"`);
  return pair<Request, Request, boolean | null>({
    name: 'http-message-signatures',
    sign: (index) =>
      httpbis.signMessage(
        { key: signer, fields, params: ['created', 'nonce', 'keyid'], paramValues: { nonce: nonceOf(index) } },
        { method: 'POST', url: urlOf(index), headers: { 'content-type': CONTENT_TYPE } },
      ) as Promise<Request>,
    send: (_, message) => message,
    verify: (message) =>
      httpbis.verifyMessage(
        {
          keyLookup: async ({ keyid }) => (keyid === KEYID ? key : null),
          requiredParams: ['created', 'nonce', 'keyid'],
          requiredFields: [...COMPONENTS],
          maxAge: 300,
          tolerance: 5,
          notAfter: now() + 5,
        },
        message,
      ),
    accepts: (answer) => answer === true,
    tamper: (message) => ({ ...message, url: `${String(message.url)}0` }),
  });
}
