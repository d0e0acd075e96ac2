/**
 * How an engine sends: by `createSignedFetch` where there is fetch, else by `signRequest` and what the host brings.
 *
 * @module
 */

import { createSignedFetch, type Signer, signRequest } from 'countersign';
import { engine, hex, host, injected, utf8 } from './engine.ts';
import { type RandomRequest, stableTarget } from './random-request.ts';

/** As much of an answer as the matrix looks at. */
export interface Sent {
  readonly status: number;
  header(name: string): string | null;
}

/** Signs a request and sends it over HTTP. */
export function signAndSend(request: RandomRequest, signer: Signer): Promise<Sent> {
  return engine.Request === undefined ? sendBare(request, signer) : sendByFetch(request, signer);
}

async function sendByFetch({ url, method, headers, body, components, asRequest }: RandomRequest, signer: Signer): Promise<Sent> {
  const signedFetch = createSignedFetch({ signer, components });
  const pairs = headers.map(([name, value]): [string, string] => [name, value]);
  const init = { method, headers: pairs, ...(body !== undefined && { body }) };
  const response = await (asRequest ? signedFetch(new Request(url, init)) : signedFetch(url, init));
  await response.arrayBuffer();
  return { status: response.status, header: (name) => response.headers.get(name) };
}

interface HostAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
}

/** Without URL, Request and Headers, the application says itself what stands on the wire. */
async function sendBare({ url, method, headers, body, components }: RandomRequest, signer: Signer): Promise<Sent> {
  const [, authority, written] = /^http:\/\/([^/]*)([^#]*)/.exec(url)!;
  const target = stableTarget(written!);
  const bytes = typeof body === 'string' ? utf8(body) : (body as Uint8Array | undefined);
  const { fields } = await signRequest(
    { method, scheme: 'http', authority: authority!, target, fields: headers, body: bytes },
    { signer, components, ...injected },
  );
  const sent = { url: `http://${authority}${target}`, method, headers: [...headers, ...fields], body: bytes && hex(bytes) };
  const answer = JSON.parse(await host.hostFetch!(JSON.stringify(sent))) as HostAnswer;
  return { status: answer.status, header: (name) => answer.headers.find(([key]) => key === name)?.[1] ?? null };
}
