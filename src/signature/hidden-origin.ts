/**
 * A fetch `Request` that is not what the client sent: frameworks that hide the host, or write the query anew. The log of a refusal says so.
 *
 * @module
 */

import { isVerificationError, withLogDetail } from '../errors.ts';
import { memberOf } from '../internal/options.ts';
import { splitUrl } from '../rfc9421/message.ts';

/** Of a refusal for which it may be the reason, the log says what the framework hid. The peer learns nothing of it. */
export function explainHidden(error: unknown, request: unknown): unknown {
  if (!isVerificationError(error) || (error.code !== 'signature_mismatch' && error.code !== 'authority_forbidden')) return error;
  const hint = typeof request === 'object' && request !== null ? hintFor(request) : undefined;
  return hint === undefined ? error : withLogDetail(error, hint);
}

function hintFor(request: object): string | undefined {
  const headers = memberOf(request, 'headers') as Partial<Headers> | undefined;
  const url = memberOf(request, 'url');
  if (typeof headers?.get !== 'function' || typeof url !== 'string') return undefined;
  if ('nextUrl' in request) return NEXT;
  const host = headers.get('host');
  const { authority } = splitUrl(url);
  if (host === null || host.toLowerCase() === authority.toLowerCase()) return undefined;
  return `the Host field of the request is ${JSON.stringify(host)}, the host of its URL ${JSON.stringify(authority)}: where the first is what clients address, verify { ...messageFromRequest(request, bytes), authority: request.headers.get('host') }`;
}

const NEXT =
  'this is a request of Next.js, which hides the host and writes queries anew: wrap the handler with verified of countersign/next, and create the verifier with respelledQuery: true';
