/**
 * Uploads: the head of a request is verified before a byte of its content is read, and the content while it flows to the handler.
 *
 * @see RFC 9530, section 2
 * @module
 */

import { VerificationError } from '../../errors.ts';
import { assertInteger, assertSeconds } from '../../internal/assert.ts';
import { isThenable } from '../../internal/awaitable.ts';
import { isBytes } from '../../internal/bytes.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { CONTENT_DIGEST, covers } from '../../rfc9421/coverage.ts';
import { combine, type FieldReader } from '../../rfc9421/field-lines.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import type { ByteStream } from '../../runtime/read-stream.ts';
import type { Consumer } from '../../signature/consumer.ts';
import { strongDigests } from '../../signature/content-digest.ts';
import type { KeyRecord } from '../../signature/key-record.ts';
import type { ProvenSignature, RequiredSignature } from '../../signature/proven-signature.ts';
import { annotated } from '../../signature/refusal.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';
import { consumeNow } from '../../signature/verify-signatures.ts';
import { refuseSize, requireNoContent, unavailable } from '../content.ts';
import { createDigestCheck } from '../digest-stream.ts';
import { type TakenRequest, takeRequest } from '../request-view.ts';
import type { Verifier } from '../verifier.ts';
import { CheckedStream } from './checked-stream.ts';
import { type HeadVerifier, headOf } from './head-verifier.ts';

/** How much may be uploaded, and how long that may take. */
export interface UploadOptions {
  /** The most bytes of content. A request that announces more is refused before any is read. */
  readonly bodyBytes: number;
  /**
   * Seconds from the head to the last byte, the time that the handler takes for reading included. Default: `bodyTimeout` of the verifier (60). The
   * signature must still count at the end: `maxAge` of the policy must be longer.
   */
  readonly bodyTimeout?: number | undefined;
}

/** A request whose head was verified, and whose content is arriving. Nothing counts before `finished` has resolved. */
export interface Upload {
  /** The name of the key that signed it. */
  readonly keyid: string;
  /** The tenant of the key record; `''` without one. */
  readonly tenant: string;
  /** The key record, as `resolveKey` answered it. */
  readonly key: KeyRecord;
  /** Who calls, where the key record says so: that of `createApiKeys` does. */
  readonly consumer: Consumer | undefined;
  /**
   * The content as it arrives, read from the network as it is read from here. It ends after everything was verified, and fails otherwise: with
   * `digest_mismatch` behind the last byte, `body_too_large`, `body_incomplete`, `nonce_replayed`, …
   */
  readonly body: ReadableStream<Uint8Array>;
  /**
   * What was verified, its nonce consumed: the upload counts. Its `bytes` are not kept. Rejects with the error that `body` fails with, which nobody
   * need handle twice.
   */
  readonly finished: Promise<VerifiedRequest>;
  /** The method, as it was sent. @throws {TypeError} If it was not covered. */
  method(): string;
  /** The raw path, percent-encoding untouched. @throws {TypeError} If it was not covered. */
  path(): string;
}

/** An upload, and what adapters need of it. */
export interface OpenUpload {
  readonly upload: Upload;
  /** What it came to; `undefined` while it goes on. */
  outcome(): CheckedStream<VerifiedRequest>['outcome'];
  /** Gives it up, unless all has arrived. */
  abandon(why: string): void;
}

const NAMES: OptionNames<UploadOptions> = { bodyBytes: true, bodyTimeout: true };

/** Reads the options. @throws {TypeError | RangeError} If one is missing, unknown or unusable. */
export function readUploadOptions(options: UploadOptions, name = 'options'): UploadOptions {
  const { bodyBytes, bodyTimeout } = readOptions<UploadOptions>(options, NAMES, { name });
  assertInteger(bodyBytes, 'bodyBytes', 0);
  if (bodyTimeout !== undefined) assertSeconds(bodyTimeout, 'bodyTimeout', 1, 86_400);
  return { bodyBytes, bodyTimeout };
}

/**
 * Verifies a request whose content is too large to hold. Its head is verified at once: signature, policy, host, time; nothing of the content is
 * read. The content is hashed while it is read, and at its end the nonce is consumed: then `finished` resolves.
 *
 * The signature must cover a Content-Digest, which the client computes beforehand. A nonce whose upload failed is not consumed: the same request
 * may be sent again.
 *
 * @throws {VerificationError} If the head is refused: also `digest_missing` and `component_uncovered` without a covered digest, and
 *   `body_too_large` by its Content-Length.
 * @throws {TypeError | RangeError} If the verifier is none of `createVerifier`, has no replay store, or an option is missing, unknown or unusable.
 */
export async function verifyUpload(verifier: Verifier, request: Request | RequestMessage, options: UploadOptions): Promise<Upload> {
  return (await openUpload(verifier, request, readUploadOptions(options))).upload;
}

/** As `verifyUpload`, for adapters: `checkSigner` is asked before anything flows. */
export async function openUpload(
  verifier: Verifier,
  request: Request | RequestMessage,
  { bodyBytes, bodyTimeout }: UploadOptions,
  checkSigner?: (signer: Pick<VerifiedRequest, 'key'>) => void,
): Promise<OpenUpload> {
  const head = headOf(verifier);
  const { limits, scheme, bounds, context } = head.parts;
  try {
    const taken = takeRequest(request, { ...limits, bodyBytes }, scheme);
    if (Number(taken.read('content-length')?.[0] ?? 0) > bodyBytes) refuseSize({ ...bounds, limit: bodyBytes });
    const checkHead = (required: readonly RequiredSignature[]): undefined => requireCoveredDigest(required, taken);
    const { proven, verified } = await head.prove({ ...taken, content: checkHead }, { ...context, replayStore: undefined });
    // A signed URL covers no content, and has not been asked.
    checkHead(proven);
    checkSigner?.(verified);
    return await flow(head, taken, proven, verified, { limit: bodyBytes, timeout: bodyTimeout ?? bounds.timeout });
  } catch (thrown) {
    throw head.annotate(thrown);
  }
}

/** The content, on its way. What has none is verified to its end at once. */
async function flow(
  head: HeadVerifier,
  taken: TakenRequest,
  proven: readonly ProvenSignature[],
  verified: VerifiedRequest,
  bounds: { readonly limit: number; readonly timeout: number },
): Promise<OpenUpload> {
  const { context } = head.parts;
  const field = taken.read('content-digest');
  const isCovered = proven.some(({ signature }) => covers(signature.components, CONTENT_DIGEST));
  const coding = taken.read('content-encoding')?.join();
  const digest = field === undefined || !isCovered ? undefined : await createDigestCheck(combine(field), coding);
  const finish = async (): Promise<VerifiedRequest> => {
    digest?.finish();
    const consumed = consumeNow(proven, context);
    if (isThenable(consumed)) await consumed;
    head.onConsumed(verified);
    return verified;
  };
  const withKeyid = (thrown: unknown): unknown => annotated(thrown, { keyid: proven[0]!.signature.keyid });
  const source = sourceOf(taken);
  if (source === undefined) {
    const finished = finish();
    await finished.catch((thrown: unknown) => Promise.reject(withKeyid(thrown)));
    return {
      upload: uploadOf(verified, { body: emptyStream(), finished }),
      outcome: () => ({ result: verified }),
      abandon: () => undefined,
    };
  }
  const stream = new CheckedStream(source, {
    bounds,
    update: (piece) => digest?.update(piece),
    finish,
    explain: (thrown) => head.annotate(withKeyid(thrown)),
  });
  return { upload: uploadOf(verified, stream), outcome: () => stream.outcome, abandon: (why) => stream.abandon(why) };
}

function uploadOf(
  { keyid, tenant, key, consumer, method, path }: VerifiedRequest,
  { body, finished }: Pick<Upload, 'body' | 'finished'>,
): Upload {
  return Object.freeze({ keyid, tenant, key, consumer, body, finished, method, path });
}

/**
 * Content that may come is tied to what was signed, or nobody would know at its end what it was.
 *
 * @throws {VerificationError} `component_uncovered`, `digest_missing`, or `digest_mismatch` for a malformed field.
 */
function requireCoveredDigest(required: readonly RequiredSignature[], taken: TakenRequest): undefined {
  if (!mayHaveContent(taken)) return;
  const field = requireDigestField(taken.read);
  const covering = required.filter(({ signature }) => covers(signature.components, CONTENT_DIGEST));
  const isLacking = required.some((one) => !covering.includes(one) && !one.requirement.uncovered.has('content-digest'));
  if (covering.length === 0 || isLacking)
    throw new VerificationError('component_uncovered', 'the signature does not cover "content-digest", which uploads need');
  strongDigests(field);
}

function requireDigestField(read: FieldReader): string {
  const field = read('content-digest');
  if (field === undefined)
    throw new VerificationError('digest_missing', 'uploads need a Content-Digest, which the client computes beforehand');
  return combine(field);
}

function mayHaveContent({ content, message: { body } }: TakenRequest): boolean {
  if (typeof content === 'object' && 'bodyUsed' in content) return content.bodyUsed || content.body !== null;
  return body !== undefined && !(isBytes(body) && body.length === 0);
}

/** The content; `undefined` if there is none. @throws {VerificationError} `raw_body_unavailable` if somebody read it before. */
function sourceOf(taken: TakenRequest): ByteStream | undefined {
  const { content, message, read } = taken;
  if (typeof content === 'object' && 'bodyUsed' in content) {
    if (content.bodyUsed) throw unavailable();
    return content.body ?? undefined;
  }
  const { body } = message;
  if (body === undefined) requireNoContent(read);
  if (!isBytes(body)) return body;
  return body.length === 0 ? undefined : only(body);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
