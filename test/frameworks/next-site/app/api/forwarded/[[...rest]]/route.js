import { getVerified, verified } from 'countersign/next';
import { verifier } from '../../../../lib/verifier.js';

function handler(request) {
  const { path, query } = getVerified(request);
  return Response.json({ target: path() + query() });
}

// Route handlers are told no addresses.
const trustedProxy = { addresses: () => true, host: 'x-forwarded-host', scheme: 'x-forwarded-proto', prefix: 'x-forwarded-prefix' };

export const GET = verified(handler, { verifier, trustedProxy });
