import { getVerified, verifiedApi } from 'countersign/next';
import { prefix, verifier } from '../../../lib/verifier.js';

export const config = { api: { bodyParser: false } };

export default verifiedApi(
  (request, response) => {
    const view = getVerified(request);
    const body = request.method === 'POST' ? view.json() : null;
    response.json({ at: 'pages', keyid: view.keyid, path: view.path() + view.query(), body });
  },
  { verifier, prefix },
);
