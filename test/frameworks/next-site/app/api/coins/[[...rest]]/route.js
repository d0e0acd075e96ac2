import { getVerified, requireScopes, verified } from 'countersign/next';
import { prefix, verifier } from '../../../../lib/verifier.js';

async function handler(request, { params }) {
  const { rest = [] } = await params;
  if (rest[0] === 'mint') requireScopes(request, 'coins:mint');
  const view = getVerified(request);
  const body = request.method === 'POST' ? await request.json() : null;
  return Response.json({ at: 'route', keyid: view.keyid, path: view.path() + view.query(), body });
}

export const GET = verified(handler, { verifier, prefix });
export const POST = verified(handler, { verifier, prefix });
