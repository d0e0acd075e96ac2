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
import { prepare } from './prepare.ts';

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
  return async (input, init) => {
    let call: Call | undefined = await prepare(input, init, settings);
    for (;;) {
      const outcome: Outcome = await attempt(call, settings);
      const { response } = outcome;
      const next: Call | undefined = isFinal(response) ? undefined : await (await import('./recover.ts')).recover(call, outcome, settings);
      if (next === undefined) return finish(call, outcome, settings);
      call = next;
    }
  };
}

/** Whether there is nothing to follow, correct or wait for. Status 0 is how browsers show a redirect. */
function isFinal(response: Response | undefined): boolean {
  return response !== undefined && ![0, 301, 302, 303, 307, 308, 401, 429, 503].includes(response.status);
}

async function attempt(call: Call, settings: Settings): Promise<Outcome> {
  const { request, bytes, origin } = call;
  const { learnt, now, retry, uncovered, fetch: send = globalThis.fetch } = settings;
  const { skew = 0, adapt } = learnt.get(origin) ?? {};
  const signer = typeof settings.signer === 'function' ? await settings.signer() : settings.signer;
  const options = { ...settings, signer, created: now() + skew, ...adapt?.(request), ...call.extra };
  const { fields, nonce } = await signRequest(messageFromRequest(request, uncovered ? undefined : bytes), options).catch(async (problem: unknown) => {
    throw (await import('./dropped-field.ts')).explainUnsigned(problem, call, settings);
  });
  for (const [name, value] of fields) {
    request.headers.set(name, value);
    if (request.headers.get(name) !== value) throw (await import('./dropped-field.ts')).fieldDropped(name);
  }
  try {
    return { response: await send(request), signer, nonce, skew };
  } catch (failure) {
    if (retry === undefined) throw failure;
    return { response: undefined, failure, signer, nonce, skew };
  }
}

async function finish({ request }: Call, { response, failure, nonce }: Outcome, { verifyResponse }: Settings): Promise<Response> {
  if (response === undefined) throw failure;
  return verifyResponse ? (await import('./verify-answer.ts')).verifyAnswer(response, request, { ...verifyResponse, nonce }) : response;
}
