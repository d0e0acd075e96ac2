import { isVerificationError } from 'countersign';
import { verifier } from '../../../lib/verifier.js';

/** What somebody writes who does not know the adapter: it answers what the log says. */
export async function GET(request) {
  try {
    return Response.json({ keyid: (await verifier.verifyRequest(request)).keyid });
  } catch (error) {
    if (!isVerificationError(error)) throw error;
    return Response.json({ code: error.code, message: error.message }, { status: error.status });
  }
}
