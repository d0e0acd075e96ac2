/**
 * The signed fetch: `fetch` that signs what it sends, exactly as it is sent.
 *
 * Whatever is not final (a redirect, a refusal that says what would be accepted, a failure that may be repeated) is answered by
 * `recover` with the next attempt.
 *
 * @module
 */

import { SIGN_REQUEST_OPTIONS, type SignRequestOptions, signRequest } from '../http/sign-request.ts';
import { messageFromRequest } from '../rfc9421/message.ts';
import type { Call, Outcome } from './call.ts';
import { denied, explainUnsigned } from './deny.ts';
import { compileSettings, type Fetch, type Settings, type SignedFetchOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { recover } from './recover.ts';

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
      const next: Call | undefined = isFinal(outcome, settings) ? undefined : await recover(call, outcome, settings);
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
  const { fields, nonce } = await signRequest(messageFromRequest(request, uncovered ? undefined : bytes), signOptionsOf(options)).catch(
    (problem: unknown) => {
      throw explainUnsigned(problem, call, settings);
    },
  );
  for (const [name, value] of fields) {
    headers.set(name, value);
    if (headers.get(name) !== value) throw denied('dropped', name);
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

function signOptionsOf(options: SignRequestOptions): SignRequestOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(SIGN_REQUEST_OPTIONS, name)),
  ) as unknown as SignRequestOptions;
}
