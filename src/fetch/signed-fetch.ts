/**
 * The signed fetch: `fetch` that signs what it sends, exactly as it is sent.
 *
 * Whatever is not final (a redirect, a refusal that says what would be accepted, a failure that may be repeated) is answered by
 * `recover` with the next attempt.
 *
 * @module
 */

import { assertFunction, assertInteger } from '../internal/assert.ts';
import { messageFromRequest } from '../rfc9421/message.ts';
import { abortable } from '../runtime/abort.ts';
import { type Call, duplexOf, membersOfRuntime, type Outcome, whileHeld } from './call.ts';
import { createClock } from './clock.ts';
import { denied } from './deny.ts';
import type { Negotiation } from './negotiate.ts';
import { type Fetch, readSignedFetchOptions, type SignedFetchOptions } from './options.ts';
import { confirm, type Recovery, recover } from './recover.ts';
import { createRedirects } from './redirect.ts';
import { bytesOf } from './request/content.ts';
import { createPrepare, type Prepare } from './request/prepare.ts';
import { createSpelling, readOrigins } from './request/target.ts';
import { asRedirected } from './response.ts';
import { createRetries } from './retry.ts';
import { createSigning, type Signing } from './sign.ts';
import { createTrust } from './trust.ts';

/** The steps of a signed fetch, each with what it needs of the options. */
interface Steps extends Recovery {
  readonly prepare: Prepare;
  readonly signing: Signing<Request>;
  readonly fetch: Fetch | undefined;
}

/**
 * Creates a `fetch` that signs. What it covers by default is what `createVerifier` requires by default.
 *
 * Calls reject with `SignedFetchError` if they must not be sent or followed, else as `fetch` does; a refusal by the
 * server is an ordinary response: `parseRefusal` reads it.
 *
 * @throws {TypeError | RangeError} If an option is missing, unusable or unknown.
 */
export function createSignedFetch(options: SignedFetchOptions): Fetch {
  const steps = createSteps(readSignedFetchOptions(options));
  return async (input, init) => {
    if (init !== undefined && init !== null && typeof init !== 'object') throw new TypeError('init must be an object, as fetch takes it');
    let call = await steps.prepare(input, init ?? {});
    for (;;) {
      const outcome = await attempt(call, steps);
      const next = await recover(call, outcome, steps);
      if (next === undefined) return finish(call, outcome, steps);
      call = next;
    }
  };
}

/** Gives each step what it needs, and no more. */
function createSteps(options: SignedFetchOptions): Steps {
  const { origins, maxBodyBytes = 10 * 2 ** 20, insecurelyTrustPlainHttp, fetch, responseVerifier: verify, now } = options;
  assertInteger(maxBodyBytes, 'maxBodyBytes');
  if (fetch !== undefined) assertFunction(fetch, 'fetch');
  if (verify !== undefined) assertFunction(verify, 'responseVerifier');
  const signing = createSigning<Request>(options);
  const listed = origins && readOrigins(origins);
  const trusts = createTrust(insecurelyTrustPlainHttp);
  const spell = createSpelling(options);
  const { crossOriginRedirects, crossOriginFields, maxRedirects, correctClock, maxClockAdvance, retry, sleep } = options;
  return {
    prepare: createPrepare({ origins: listed, maxBodyBytes, covers: signing.coversContent, spell }),
    signing,
    fetch,
    redirects: createRedirects({ maxRedirects, origins: listed, crossOriginRedirects, crossOriginFields, trusts, spell }),
    clock: createClock({ correctClock, maxClockAdvance, now }),
    negotiation: readNegotiation(options),
    retries: createRetries({ retry, sleep, now }),
    verify,
    trusts,
  };
}

function readNegotiation({ negotiate, tag, label, expiresIn, fieldTypes, responseVerifier }: SignedFetchOptions): Negotiation | undefined {
  if (negotiate === undefined) return undefined;
  if (typeof negotiate?.start !== 'function') throw new TypeError('negotiate must be made by createNegotiator()');
  return negotiate.start({ tag, label, expiresIn, fieldTypes, verifies: responseVerifier !== undefined });
}

async function attempt(call: Call, steps: Steps): Promise<Outcome> {
  const { request, content, signal } = call;
  const { signing, clock, negotiation } = steps;
  const skew = clock.skewFor(call);
  const asked = negotiation?.termsFor(call);
  const message = messageFromRequest(request, signing.coversContent ? bytesOf(content) : undefined);
  const signed = await unlessAborted(signing.sign(request, message, { skew, asked, isLost: (name) => isLost(call, name) }), signal);
  const { headers } = request;
  for (const [name, value] of signed.fields) {
    headers.set(name, value);
    if (headers.get(name) !== value) throw denied('dropped', name);
  }
  const { signer, nonce, components } = signed;
  const outcome: Outcome = { response: undefined, failure: undefined, signer, nonce, components, skew, asked };
  return unlessAborted(send(call, steps.fetch ?? globalThis.fetch), signal).then(
    (response) => ({ ...outcome, response }),
    (failure: unknown) => ({ ...outcome, failure }),
  );
}

/** Whether the caller gave a field that is not sent: browsers drop some (Date, Host, Cookie, …) without a word. */
function isLost({ request, given }: Call, name: string): boolean {
  return !request.headers.has(name) && new Headers(given).has(name);
}

/** What is sent is the one value that `content` holds. */
async function send(call: Call, fetch: Fetch): Promise<Response> {
  const { request, content, init, whole } = call;
  if (whole) return fetch(content.body === null ? request : whileHeld(request, content), membersOfRuntime(init));
  const { url, method, headers } = request;
  // A Request with a body makes Node a fifth slower than its parts.
  return fetch(url, { ...init, method, headers, body: content.body ?? null, ...duplexOf(content) });
}

async function finish(call: Call, { response, failure, nonce }: Outcome, steps: Steps): Promise<Response> {
  if (response === undefined) throw failure;
  const { request, signal, tried } = call;
  const shown = steps.verify === undefined ? response : await unlessAborted(steps.verify(response, request, nonce), signal);
  confirm(call, shown, steps);
  return tried.hops > 0 ? asRedirected(shown, request.url) : shown;
}

/** The result of some work, or the reason of the caller's signal, if that comes first. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? work : abortable(work, signal);
}
