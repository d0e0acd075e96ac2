/**
 * A bank that pages of other origins may call, and one beside it that did not say so: what `countersign/node` answers, and nothing added to it.
 *
 * @module
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createVerifier, memoryReplayStore, type VerifiedRequest } from 'countersign';
import { verifiedHandler } from 'countersign/node';
import { CORS_FIELDS } from '../suite/cors-tests.ts';
import { suiteKey, suiteSigner } from '../suite/keys.ts';

/** Answers `/cors/…` and `/closed/…`. */
export async function corsBank(authority: string): Promise<RequestListener> {
  const verifier = createVerifier({
    authority,
    scheme: 'http',
    resolveKey: () => suiteKey('ed25519'),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
  });
  let reached = 0;
  const options = { sign: { signer: await suiteSigner('ed25519', 'bank') } };
  const cors = { origins: () => true, allowHeaders: [CORS_FIELDS.sent], exposeHeaders: [CORS_FIELDS.read] };
  const handler = ({ bytes, keyid }: VerifiedRequest, request: IncomingMessage, response: ServerResponse): void => {
    reached += 1;
    response.setHeader(CORS_FIELDS.read, String(reached));
    response.end(`${request.method} ${bytes.length} ${keyid}`);
  };
  const open = verifiedHandler(verifier, handler, { ...options, cors });
  const closed = verifiedHandler(verifier, handler, options);
  return (request, response) => (request.url?.startsWith('/cors/') ? open : closed)(request, response);
}
