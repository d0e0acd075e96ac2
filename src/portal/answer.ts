/**
 * Answers of the portal, with what every one of them says to the browser.
 *
 * @module
 */

import type { Html } from './html.ts';

/** Nothing but files of this origin; no frames around it, no other site learns of it, and no copy is kept. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const NO_STORE = { 'cache-control': 'no-store' };

/** A page. */
export function pageAnswer(page: Html, status = 200, more: Readonly<Record<string, string>> = {}): Response {
  const headers = { ...HEADERS, ...NO_STORE, 'content-type': 'text/html; charset=utf-8', ...more };
  return new Response(`<!doctype html>\n${page}`, { status, headers });
}

/** Leads on after a form was sent: what follows is asked for with GET. */
export function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, ...NO_STORE, location } });
}

/** A text to be saved as a file. */
export function download(text: string, name: string): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` };
  return new Response(text, { headers: { ...HEADERS, ...NO_STORE, ...headers } });
}

/** A file of the portal, kept by browsers while its address, which has its checksum, stays the same. */
export function file(text: string, type: string, isCurrent: boolean): Response {
  const cache = isCurrent ? 'public, max-age=31536000, immutable' : 'no-store';
  return new Response(text, { headers: { ...HEADERS, 'content-type': `${type}; charset=utf-8`, 'cache-control': cache } });
}
