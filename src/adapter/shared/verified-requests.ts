/**
 * Which request was verified, and what came of it: beside the framework's request objects, so that nobody can write it there.
 *
 * @module
 */

import type { OpenUpload, Upload } from '../../http/upload/verify-upload.ts';
import { assertObject } from '../../internal/assert.ts';
import type { Consumer } from '../../signature/consumer.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';

const verifiedRequests: WeakMap<object, VerifiedRequest> = /* @__PURE__ */ new WeakMap();

const uploads: WeakMap<object, Upload> = /* @__PURE__ */ new WeakMap();

/** Callers who signed nothing. */
const identified: WeakSet<object> = /* @__PURE__ */ new WeakSet();

/** A caller who sent a key and signed nothing, for the guards in place of a view. Handlers are never given it: every other member is missing. */
export function identifiedOnly(consumer: Consumer): VerifiedRequest {
  const { keyid, tenant, scopes } = consumer;
  const caller = { keyid, tenant, consumer, key: { scopes }, signatures: [{ created: undefined, nonce: undefined }] };
  identified.add(caller);
  return caller as unknown as VerifiedRequest;
}

/** Whether a caller signed what he sent. */
export function hasSigned(caller: VerifiedRequest): boolean {
  return !identified.has(caller);
}

/** Remembers what was verified of a request, or event, of a framework. */
export function remember(request: object, verified: VerifiedRequest): void {
  verifiedRequests.set(request, verified);
}

/**
 * What was verified of a framework's request.
 *
 * @throws {TypeError} If the adapter did not verify this request: it is not mounted before the handler, or the caller sent a key and signed
 *   nothing. Never `undefined`.
 */
export function getVerified(request: object): VerifiedRequest {
  const caller = callerOf(request);
  if (!hasSigned(caller))
    throw new TypeError('the caller sent a key and signed nothing: ask getConsumer, or let signed requests alone through');
  return caller;
}

/** Who called, whether he signed or not. @throws {TypeError} If the adapter let nobody through. */
export function callerOf(request: object): VerifiedRequest {
  assertObject(request, 'request');
  const caller = verifiedRequests.get(request);
  if (caller !== undefined) return caller;
  if (uploads.has(request)) throw new TypeError('the upload has not ended: what was verified is what finished of getUpload(…) resolves to');
  throw new TypeError('the request was not verified: mount the adapter of countersign before this handler');
}

/** Remembers what is uploaded by a request, and what was verified of it when it ends. */
export function rememberUpload(request: object, { upload }: OpenUpload): void {
  uploads.set(request, upload);
  upload.finished.then(
    (verified) => remember(request, verified),
    () => undefined,
  );
}

/**
 * What is uploaded by a framework's request: `{ body, finished }`, and whose it is.
 *
 * @throws {TypeError} If the adapter did not verify the head of this request, or has no option `upload`.
 */
export function getUpload(request: object): Upload {
  assertObject(request, 'request');
  const upload = uploads.get(request);
  if (upload === undefined)
    throw new TypeError('nothing is uploaded by the request: give the adapter of countersign before this handler its option upload');
  return upload;
}

/** Whose request it is: also while it is uploaded. @throws {TypeError} As `getVerified`. */
export function signerOf(request: object): Pick<VerifiedRequest, 'key'> {
  assertObject(request, 'request');
  return uploads.get(request) ?? callerOf(request);
}
