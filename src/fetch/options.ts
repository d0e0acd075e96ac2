/**
 * What a signed fetch can be told. Each option is checked where it is used; here are only their names, and what no option is.
 *
 * @module
 */

import { type OptionNames, readOptions } from '../internal/options.ts';
import type { ClockOptions } from './clock.ts';
import type { Negotiator } from './negotiate.ts';
import type { RedirectOptions } from './redirect.ts';
import type { QueryOptions } from './request/target.ts';
import type { ResponseVerifier } from './response-verifier.ts';
import type { WaitOptions } from './retry.ts';
import type { PerMessage, SigningOptions } from './sign.ts';

/** A function usable as `fetch`. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** How a signed fetch signs, sends and follows. Times are whole seconds since the epoch, durations whole seconds. */
export interface SignedFetchOptions extends SigningOptions<Request>, QueryOptions, RedirectOptions, ClockOptions, WaitOptions {
  /** The only origins to send to, each like `https://bank.example`. Default: any. */
  readonly origins?: readonly string[] | undefined;
  /** Bytes of content at most: it is held in memory to be digested. 10 MiB by default. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Origins whose plain http is as good as https, since something else protects it (a service mesh): their refusals and redirects are
   * believed, too. Whoever is on the way to another one could have anything signed. Default: this machine only.
   */
  readonly insecurelyTrustPlainHttp?: readonly string[] | undefined;
  /** Covers what a 401 asks for in addition (Accept-Signature), and tries once more: `createNegotiator()`. Default: the 401 stands. */
  readonly negotiate?: Negotiator | undefined;
  /** Verifies each response, up to its last byte, before it is handed over: `createResponseVerifier({ resolveKey })`. */
  readonly responseVerifier?: ResponseVerifier | undefined;
  /** What sends, called as `fetch` is. Redirects must be left to us (`redirect: 'manual'`). Default: `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
}

const NAMES: OptionNames<SignedFetchOptions & PerMessage> = {
  signer: true,
  components: true,
  required: true,
  tag: true,
  expiresIn: true,
  label: true,
  includeAlg: true,
  fieldTypes: true,
  randomBytes: true,
  insecurelyAllowUncovered: true,
  now: true,
  onSigned: true,
  nonce: true,
  created: true,
  query: true,
  origins: true,
  crossOriginRedirects: true,
  crossOriginFields: true,
  maxRedirects: true,
  maxBodyBytes: true,
  correctClock: true,
  maxClockAdvance: true,
  insecurelyTrustPlainHttp: true,
  negotiate: true,
  retry: true,
  responseVerifier: true,
  fetch: true,
  sleep: true,
};

/** What is often looked for here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  secret: 'hmacSigner',
  keyid: 'hmacSigner or createSigner',
  privateKey: 'createSigner',
  limit: 'retry',
  maxDelay: 'retry',
  respelledQuery: 'createVerifier',
  acceptNonce: 'createNegotiator',
  resolveKey: 'createResponseVerifier, and that into responseVerifier',
  streaming: 'createResponseVerifier',
  policy: 'createVerifier or createResponseVerifier',
  maxAge: 'the policy of createVerifier',
  futureSkew: 'the policy of createVerifier',
  authority: 'createVerifier',
  replayStore: 'createVerifier',
  method: 'the init of each call',
  headers: 'the init of each call',
  body: 'the init of each call',
  signal: 'the init of each call',
  redirect: 'the init of each call',
};

/** The options as they were given. @throws {TypeError} If there is one that does not exist. */
export function readSignedFetchOptions(options: SignedFetchOptions): SignedFetchOptions {
  return readOptions<SignedFetchOptions & PerMessage>(options, NAMES, { elsewhere: ELSEWHERE });
}
