/**
 * What all adapters do with a request: verify it, ask for scopes, tell what happened, and say what helps.
 *
 * @module
 */

import { annotateRefusal, isVerificationError, VerificationError } from '../../errors.ts';
import { parseUnverifiedSignatures } from '../../http/parse-unverified.ts';
import { type OpenUpload, openUpload, readUploadOptions, type UploadOptions } from '../../http/upload/verify-upload.ts';
import type { Verifier } from '../../http/verifier.ts';
import { assertFunction, assertObject } from '../../internal/assert.ts';
import { memberOf, type OptionNames } from '../../internal/options.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import { elapsedTime } from '../../runtime/elapsed-time.ts';
import { notify } from '../../runtime/notify.ts';
import { systemTime } from '../../runtime/time.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';
import { type Cors, type CorsOptions, type CorsRequest, isPreflight, readCors } from './cors.ts';
import type { OnEvent, VerificationEvent } from './events.ts';
import { type ReadSigning, type ResponseSigning, readSigning } from './response-signing.ts';
import { checkScopes, readScopes } from './scopes.ts';
import { type ReadForwarded, readPrefix, readTrustedProxy, type TrustedProxy } from './trusted-proxy.ts';

/** What every adapter takes, besides the verifier. */
export interface AdapterOptions {
  /** What the key must be allowed, as its record's `scopes` say; else the answer is `scope_insufficient`, 403. Default: nothing. */
  readonly scopes?: readonly string[] | undefined;
  /** Pages of other origins that may send signed requests; preflights are then answered here. Default: a preflight is refused, being unsigned. */
  readonly cors?: CorsOptions | undefined;
  /** Signs responses to verified requests. Default: they are not signed. */
  readonly sign?: ResponseSigning | undefined;
  /** What was taken off the path before the request came here, as clients send it: `/v2`. Default: nothing but what the framework itself takes off. */
  readonly prefix?: string | undefined;
  /** The proxy in front, and which of its fields say what the client asked for. Default: there is none. */
  readonly trustedProxy?: TrustedProxy | undefined;
  /**
   * Streams what is uploaded: handlers ask `getUpload(request)` for `{ body, finished }`, and no success is answered before `finished` has resolved.
   * Default: content is read into memory before the handler is called.
   */
  readonly upload?: UploadOptions | undefined;
  /** Told of each request that was verified or refused. What it throws is reported on the console and changes no answer. */
  readonly onEvent?: OnEvent | undefined;
}

/** Whether a refusal is answered by the adapter, or handed to the framework. */
export type Refusals = 'answer' | 'throw';

/** @throws {TypeError} If it is neither. */
export function readRefusals(refusals: unknown = 'answer'): Refusals {
  if (refusals !== 'answer' && refusals !== 'throw') throw new TypeError("refusals must be 'answer' or 'throw'");
  return refusals;
}

export const ADAPTER_NAMES: OptionNames<AdapterOptions> = {
  scopes: true,
  cors: true,
  sign: true,
  prefix: true,
  trustedProxy: true,
  upload: true,
  onEvent: true,
};

/** The options of an adapter, made ready. */
export interface Guard {
  readonly cors: Cors | undefined;
  readonly signing: ReadSigning | undefined;
  readonly prefix: string;
  readonly readForwarded: ReadForwarded;
  /** How much may be uploaded, where content is streamed. */
  readonly upload: UploadOptions | undefined;
  /**
   * Verifies a request. `take` makes the message: what it throws is told as well.
   *
   * @throws {VerificationError} If the request is refused.
   */
  verify(take: () => RequestMessage, by: CorsRequest, instead?: Partial<GuardOverride>): Promise<VerifiedRequest>;
  /**
   * Verifies the head of a request whose content is streamed. What happened is told when it has ended.
   *
   * @throws {VerificationError} If the head is refused.
   */
  verifyUpload(take: () => RequestMessage, by: CorsRequest, instead?: Partial<GuardOverride>): Promise<OpenUpload>;
}

/** What a route wants otherwise. */
export interface GuardOverride {
  readonly verifier: Verifier;
  readonly scopes: readonly string[];
}

/**
 * Makes the guard of an adapter.
 *
 * @throws {TypeError | RangeError} If an option is missing or unusable.
 */
export function createGuard(verifier: Verifier, options: AdapterOptions): Guard {
  requireVerifier(verifier);
  const scopes = options.scopes === undefined ? [] : readScopes(options.scopes);
  const cors = readCors(options.cors);
  const { onEvent } = options;
  if (onEvent !== undefined) assertFunction(onEvent, 'onEvent');
  const upload = options.upload === undefined ? undefined : readUploadOptions(options.upload, 'upload');
  /** Runs a verification: what it throws is explained and told; `run` tells the rest. */
  const observed = async <T>(
    take: () => RequestMessage,
    by: CorsRequest,
    run: (message: RequestMessage, tell: Tell) => Promise<T>,
  ): Promise<T> => {
    const start = onEvent === undefined ? 0 : elapsedTime();
    let message: RequestMessage | undefined;
    const tell: Tell = (verified, error) => {
      if (onEvent === undefined) return;
      const duration = elapsedTime() - start;
      notify('onEvent', onEvent, verified === undefined ? notAccepted(error, message, duration) : accepted(verified, duration));
    };
    try {
      message = messageOf(take);
      return await run(message, tell);
    } catch (thrown) {
      const error = explained(thrown, by, cors);
      tell(undefined, error);
      throw error;
    }
  };
  return {
    cors,
    signing: options.sign === undefined ? undefined : readSigning(options.sign),
    prefix: readPrefix(options.prefix),
    readForwarded: readTrustedProxy(options.trustedProxy),
    upload,
    verify: (take, by, instead = {}) =>
      observed(take, by, async (message, tell) => {
        const verified = await (instead.verifier ?? verifier).verifyRequest(message);
        checkScopes(verified, [...scopes, ...(instead.scopes ?? [])]);
        tell(verified);
        return verified;
      }),
    verifyUpload: (take, by, instead = {}) =>
      observed(take, by, async (message, tell) => {
        const checkSigner = (signer: Pick<VerifiedRequest, 'key'>) => checkScopes(signer, [...scopes, ...(instead.scopes ?? [])]);
        const opened = await openUpload(instead.verifier ?? verifier, message, upload!, checkSigner);
        opened.upload.finished.then(tell, (error: unknown) => tell(undefined, error));
        return opened;
      }),
  };
}

/** Tells what came of a request: what was verified, or an error. */
type Tell = (verified: VerifiedRequest | undefined, error?: unknown) => void;

/** The message of a request; where there is none that can be read, the verifier comes to the refusal, so that its hook is told. */
function messageOf(take: () => RequestMessage): RequestMessage {
  try {
    return take();
  } catch (error) {
    if (!isVerificationError(error)) throw error;
    const refuse = (): never => {
      throw error;
    };
    return Object.defineProperty({} as RequestMessage, 'fields', { get: refuse, enumerable: true });
  }
}

/** @throws {TypeError} If it is none. */
export function requireVerifier(verifier: unknown): asserts verifier is Verifier {
  assertObject(verifier, 'verifier');
  assertFunction(memberOf(verifier, 'verifyRequest'), 'verifier.verifyRequest');
}

/** Who mounts no `cors` learns what the unsigned request was. */
function explained(error: unknown, by: CorsRequest, cors: Cors | undefined): unknown {
  if (!isVerificationError(error) || error.code !== 'signature_missing' || cors !== undefined || !isPreflight(by)) return error;
  const told = new VerificationError(
    'signature_missing',
    "this is a CORS preflight, which browsers never sign: give the adapter its option cors, or mount the framework's own cors before it",
    { cause: error },
  );
  annotateRefusal(told, { now: systemTime() });
  return told;
}

function accepted(verified: VerifiedRequest, duration: number): VerificationEvent {
  const { created } = verified.signatures[0];
  return {
    outcome: 'accepted',
    code: undefined,
    duration,
    clockDifference: created === undefined ? undefined : systemTime() - created,
    keyid: verified.keyid,
    error: undefined,
  };
}

function notAccepted(error: unknown, message: RequestMessage | undefined, duration: number): VerificationEvent {
  const refusal = isVerificationError(error) ? error : undefined;
  const outcome = refusal === undefined || refusal.status >= 500 ? 'failed' : 'refused';
  return { outcome, code: refusal?.code, duration, clockDifference: claimedDifference(refusal, message), keyid: refusal?.keyid, error };
}

/** Of what was refused for its time, how far off it is. Nothing proves it. */
function claimedDifference(refusal: VerificationError | undefined, message: RequestMessage | undefined): number | undefined {
  if (message === undefined || (refusal?.code !== 'expired' && refusal?.code !== 'created_in_future')) return undefined;
  const created = parseUnverifiedSignatures(message)[0]?.created;
  return created === undefined ? undefined : systemTime() - created;
}
