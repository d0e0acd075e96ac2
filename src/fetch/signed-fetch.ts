/**
 * The signed fetch: `fetch` that signs what it sends, exactly as it is sent.
 *
 * This file and what it imports is what a browser loads. What happens only when something went otherwise than
 * hoped (a redirect, a refusal, a retry, a body that must be read) is loaded when it happens.
 *
 * @module
 */

import { messageFromRequest } from '../http/message.ts';
import { signRequest } from '../http/sign.ts';
import type { Call, Outcome } from './call.ts';
import { compileSettings, type Fetch, type Settings, type SignedFetchOptions } from './options.ts';
import { deny, later, prepare } from './prepare.ts';

/**
 * Creates a `fetch` that signs. What it covers by default is what `createVerifier` requires by default.
 *
 * Calls reject with `SignedFetchError` if they must not be sent or followed, else as `fetch` does; a refusal by the
 * server is an ordinary response: `parseRefusal` reads it.
 *
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
export function createSignedFetch(options: SignedFetchOptions): Fetch {
  const settings = compileSettings(options);
  return async (input, init = {}) => {
    let call = await prepare(input, init, settings);
    for (;;) {
      const outcome = await attempt(call, settings);
      const next: Call | undefined = isFinal(outcome, settings) ? undefined : await (await later()).recover(call, outcome, settings);
      if (next === undefined) return finish(call, outcome, settings);
      call = next;
    }
  };
}

async function attempt(call: Call, settings: Settings): Promise<Outcome> {
  const { request, bytes } = call;
  const { headers } = request;
  const { learnt, now, uncovered, fetch: send = globalThis.fetch } = settings;
  const { skew = 0, adapt } = learnt.get(call.origin) ?? {};
  const signer = typeof settings.signer === 'function' ? await settings.signer() : settings.signer;
  // Also in plain JavaScript no option makes two messages share a nonce.
  const options = { ...settings, nonce: undefined, signer, created: now() + skew, ...adapt?.(request), ...call.extra };
  const { fields, nonce } = await signRequest(messageFromRequest(request, uncovered ? undefined : bytes), options).catch(
    async (problem: unknown) => {
      throw (await later()).explainUnsigned(problem, call, settings);
    },
  );
  for (const [name, value] of fields) {
    headers.set(name, value);
    if (headers.get(name) !== value) return deny('dropped', name);
  }
  // A Request with a body makes Node a fifth slower than its parts.
  const sent = call.whole ? send(request) : send(request.url, { ...call.init, method: request.method, headers, body: bytes ?? null });
  return sent.then(
    (response) => ({ response, signer, nonce, skew }),
    (failure: unknown) => ({ failure, signer, nonce, skew }),
  );
}

/** Whether there is nothing to follow, correct or wait for. Status 0 is how browsers show a redirect. */
function isFinal({ response }: Outcome, { retry }: Settings): boolean {
  return response ? ![0, 301, 302, 303, 307, 308, 401, 429, 503].includes(response.status) : !retry;
}

async function finish({ request }: Call, { response, failure, nonce }: Outcome, { verifyResponse }: Settings): Promise<Response> {
  if (!response) throw failure;
  return verifyResponse ? verifyResponse(response, request, nonce) : response;
}
