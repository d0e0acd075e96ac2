/**
 * A page that calls a server of another origin, which the option `cors` of an adapter allows, or nothing does.
 *
 * @module
 */

import { createSignedFetch } from 'countersign';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine } from './engine.ts';
import { suiteSigner } from './keys.ts';

/** The fields of its own that the server allows pages to send, and to read. */
export const CORS_FIELDS = { sent: 'x-trace', read: 'x-reached' } as const;

/** Declares the tests; `server` is the origin of the carrier server, which no page has. */
export function corsTests(runtime: string, server: string): (test: Declare) => void {
  return (test) => {
    if (engine.document === undefined) return;
    const order =
      (path: string, method: string, field: string = CORS_FIELDS.sent) =>
      async (): Promise<Response> => {
        const signedFetch = createSignedFetch({ signer: await suiteSigner('ed25519', runtime) });
        const body = method === 'GET' ? null : '{"amount":10}';
        return signedFetch(`${server}${path}`, { method, headers: { 'content-type': 'application/json', [field]: '1' }, body });
      };
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      test(`a signed ${method} passes its preflight, is verified, and its answer is to be read`, async () => {
        const response = await order('/cors/coins', method)();
        equal(await response.text(), `${method} ${method === 'GET' ? 0 : 13} ${runtime}.ed25519`);
        equal(response.type, 'cors');
        ok(Number(response.headers.get(CORS_FIELDS.read)) > 0, 'a field that the server exposes');
        for (const name of ['signature', 'signature-input', 'content-digest']) ok(response.headers.get(name), `${name} of a signed answer`);
      });
    test('a refusal is to be read as well, and what it asks for', async () => {
      const response = await fetch(`${server}/cors/coins`);
      equal(response.status, 401);
      equal(((await response.json()) as { readonly code: string }).code, 'signature_missing');
      ok(response.headers.get('accept-signature'), 'what to sign');
    });
    test('a field that is not allowed does not leave the page', async () => {
      ok(await refuses(order('/cors/coins', 'GET', 'x-other'), 'TypeError'), 'a network error');
    });
    test('without the option nothing passes, and nothing is to be read', async () => {
      ok(await refuses(order('/closed/coins', 'POST'), 'TypeError'), 'a network error');
      ok(await refuses(() => fetch(`${server}/closed/coins`), 'TypeError'), 'a network error');
    });
    test('what reached the handler was signed', async () => {
      const before = Number((await order('/cors/coins', 'GET')()).headers.get(CORS_FIELDS.read));
      await fetch(`${server}/cors/coins`, { method: 'POST', body: 'unsigned' });
      await refuses(order('/closed/coins', 'POST'), 'TypeError');
      const after = Number((await order('/cors/coins', 'GET')()).headers.get(CORS_FIELDS.read));
      equal(after - before, 1);
    });
  };
}
