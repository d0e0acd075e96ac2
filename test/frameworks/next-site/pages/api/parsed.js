import { verifiedApi } from 'countersign/next';
import { verifier } from '../../lib/verifier.js';

export default verifiedApi((_request, response) => response.json({ at: 'pages' }), { verifier });
