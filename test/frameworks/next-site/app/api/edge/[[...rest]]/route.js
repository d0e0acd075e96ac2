import { getVerified, verified } from 'countersign/next';
import { verifier } from '../../../../lib/verifier.js';

export const runtime = 'edge';

async function handler(request) {
  const view = getVerified(request);
  const body = request.method === 'POST' ? await request.json() : null;
  return Response.json({ at: EdgeRuntime, keyid: view.keyid, path: view.path() + view.query(), body });
}

export const GET = verified(handler, { verifier });
export const POST = verified(handler, { verifier });
