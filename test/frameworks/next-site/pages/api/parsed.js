import { verifiedApi } from 'countersign/next';
import { prefix, verifier } from '../../lib/verifier.js';

export default verifiedApi((_request, response) => response.json({ at: 'pages' }), { verifier, prefix });
