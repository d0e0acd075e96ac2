import { getVerified, verified } from 'countersign/next';
import { NextResponse } from 'next/server.js';
import { verifier } from './lib/verifier.js';

export const proxy = verified(
  (request) => {
    const { path, query } = getVerified(request);
    const headers = new Headers(request.headers);
    headers.set('x-verified-target', path() + query());
    return NextResponse.next({ request: { headers } });
  },
  { verifier },
);

export const config = { matcher: '/guarded/:path*' };
