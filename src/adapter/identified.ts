/**
 * Callers who send a key, and sign nothing: the options of `identified`, and who called.
 *
 * @module
 */

import type { Verifier } from '../http/verifier.ts';
import { assertFunction, assertObject } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { createFieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import type { Consumer } from '../signature/consumer.ts';
import type { VerifiedRequest } from '../signature/verified/verified-request.ts';
import { hasSignaturePair } from '../url/query.ts';
import { ADAPTER_NAMES, type AdapterOptions, type Refusals, requireVerifier } from './shared/guard.ts';
import { callerOf, identifiedOnly } from './shared/verified-requests.ts';

/** Who calls, by a key that he sends: `apiKeys.authenticate` of `createApiKeys`. It throws a `VerificationError` where that is not to be told. */
export type Identify = (request: RequestMessage) => Awaitable<Consumer>;

/** What `identified` takes. Nothing of a request is protected by a key that is sent along with it. */
export interface IdentifiedOptions extends AdapterOptions {
  /** Who calls: `apiKeys.authenticate`, or `(request) => apiKeys.authenticate(request, { basicUser: true })`. */
  readonly identify: Identify;
  /** Verifies requests that have a signature, so that a signature or a key counts. Default: keys alone count. */
  readonly verifier?: Verifier | undefined;
  /** `answer` a refusal as a problem document, or `throw` it, to the framework's own error path. Default: `answer`. */
  readonly refusals?: Refusals | undefined;
  /** There is none: what is uploaded is told from what was signed. */
  readonly upload?: undefined;
}

const identifiedNames = (): OptionNames<Omit<IdentifiedOptions, 'upload'> & AdapterOptions> => ({
  ...ADAPTER_NAMES,
  identify: true,
  verifier: true,
  refusals: true,
});

/** Options of `identified` as those of `verified`, with a verifier that asks who calls where nothing is signed. */
export function toVerifiedOptions(options: IdentifiedOptions): Omit<IdentifiedOptions, 'identify'> & { readonly verifier: Verifier } {
  const { identify, verifier, ...others } = readOptions<IdentifiedOptions>(options, identifiedNames(), {
    elsewhere: { places: 'authenticate' },
  });
  requireNoUpload(others.upload);
  return { ...others, verifier: signatureOrKey(identify, verifier) };
}

/**
 * What stands for a verifier inside the guards.
 *
 * @throws {TypeError} If either is unusable.
 */
export function signatureOrKey(identify: Identify, verifier: Verifier | undefined): Verifier {
  assertFunction(identify, 'identify');
  if (verifier !== undefined) requireVerifier(verifier);
  const verifyRequest = async (request: RequestMessage): Promise<VerifiedRequest> => {
    if (verifier !== undefined && isSigned(request)) return verifier.verifyRequest(request);
    const consumer: unknown = await identify(request);
    requireConsumer(consumer);
    return identifiedOnly(consumer);
  };
  return { verifyRequest } as Verifier;
}

/** @throws {TypeError} If there is such an option. */
export function requireNoUpload(upload: unknown): void {
  if (upload !== undefined)
    throw new TypeError('upload: who sends a key signs no content, so that nothing streamed can be told from it: use verified');
}

function isSigned({ fields, target }: RequestMessage): boolean {
  const read = createFieldReader(fields);
  return read('signature-input') !== undefined || read('signature') !== undefined || hasSignaturePair(target);
}

function requireConsumer(consumer: unknown): asserts consumer is Consumer {
  assertObject(consumer, 'what identify answers');
  const { keyid, scopes } = consumer as Partial<Consumer>;
  if (typeof keyid !== 'string' || !Array.isArray(scopes))
    throw new TypeError('identify must answer a consumer, as authenticate of createApiKeys does: { keyid, owner, scopes, … }');
}

/**
 * Who calls, behind `identified`, or behind `verified` with the `resolveKey` of `createApiKeys`: `requireConsumer` of `countersign/api-keys` asks
 * how strongly that is known.
 *
 * @throws {TypeError} If the adapter let no such caller through. Never `undefined`.
 */
export function getConsumer(request: object): Consumer {
  const { consumer } = callerOf(request);
  if (consumer === undefined) throw new TypeError('there is no consumer: verify with the resolveKey of createApiKeys');
  return consumer;
}
