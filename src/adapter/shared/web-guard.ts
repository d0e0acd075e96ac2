/**
 * The guard of frameworks that hand over fetch's `Request` and take a `Response`: workers, Deno, Bun, Hono, Next's route handlers.
 *
 * @module
 */

import { VerificationError } from '../../errors.ts';
import type { OpenUpload, UploadOptions } from '../../http/upload/verify-upload.ts';
import { isBytes } from '../../internal/bytes.ts';
import { type HeadersLike, messageFromRequest, messageFromResponse, type RequestMessage } from '../../rfc9421/message.ts';
import { readBody } from '../../runtime/read-stream.ts';
import { asRefusal } from '../../signature/refusal.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';
import { requireAnswerable, verifiedOf } from '../upload/answer-gate.ts';
import { readOrCancel, readOrSkip } from '../upload/web-content.ts';
import { type CorsRequest, isPreflight, varyWith } from './cors.ts';
import type { Guard } from './guard.ts';
import type { BodyAdvice } from './node-body.ts';
import { INTERNAL } from './node-response.ts';
import { isForPeer } from './refusal.ts';
import { type ReadSigning, tooLongToSign } from './response-signing.ts';
import { withPrefix } from './trusted-proxy.ts';
import { remember, rememberUpload } from './verified-requests.ts';

/** What a framework knows besides. */
export interface WebGuardContext {
  readonly advice: BodyAdvice;
  /** The bytes of the body, where something read them before. */
  readonly body?: Uint8Array | undefined;
  /** Who sent the request, if the platform tells. */
  readonly address?: string | undefined;
  /** What the framework knows better than the URL of its `Request`: the client's host, scheme and target. */
  readonly known?: Partial<Pick<RequestMessage, 'authority' | 'scheme' | 'target'>> | undefined;
  /** Where `getVerified` finds what was verified, besides the `Request`. */
  readonly request?: object | undefined;
}

/** A request that was verified, to be answered. */
export interface PassedRequest {
  /** What was verified; of an upload when it has ended. */
  readonly verified: VerifiedRequest | undefined;
  /** What is streamed, if content is. */
  readonly opened: OpenUpload | undefined;
  readonly message: RequestMessage;
}

/**
 * Verifies a request, whose body stays to be read; or answers a preflight.
 *
 * @throws {VerificationError} If it is refused.
 */
export async function guardWeb(guard: Guard, request: Request, context: WebGuardContext): Promise<PassedRequest | Response> {
  const by = corsRequestOf(request);
  if (guard.cors !== undefined && isPreflight(by)) return new Response(null, { status: 204, headers: guard.cors.preflight(by.origin!) });
  let message: RequestMessage | undefined;
  const take = (): RequestMessage => {
    message = messageToVerify(guard, request, context);
    return message;
  };
  const known = context.request === undefined ? [request] : [request, context.request];
  if (guard.upload !== undefined) {
    const opened = await guard.verifyUpload(take, by);
    for (const one of known) rememberUpload(one, opened);
    return { verified: undefined, opened, message: message! };
  }
  const verified = await guard.verify(take, by);
  for (const one of known) remember(one, verified);
  return { verified, opened: undefined, message: message! };
}

function messageToVerify(
  { prefix, readForwarded, upload }: Guard,
  request: Request,
  { advice, body, address = '', known }: WebGuardContext,
): RequestMessage {
  const message = { ...asRefusal(() => messageFromRequest(request)), ...known };
  const forwarded = readForwarded(address, (name) => headerLines(request.headers, name));
  return {
    ...message,
    scheme: forwarded.scheme ?? message.scheme,
    authority: forwarded.authority ?? message.authority,
    target: withPrefix((forwarded.prefix ?? '') + prefix, message.target),
    body: body ?? contentOf(request, advice, upload),
  };
}

function headerLines(headers: HeadersLike, name: string): readonly string[] {
  const value = headers.get(name);
  return value === null ? [] : [value];
}

/** A copy of the body is read, and the body itself left for the handler; of an upload, which no memory holds twice, the body itself. */
function contentOf(
  request: Request,
  { line, cut = 'a platform, or a middleware' }: BodyAdvice,
  upload: UploadOptions | undefined,
): RequestMessage['body'] {
  if (request.bodyUsed)
    throw new VerificationError('raw_body_unavailable', `something read the body before. Verify before that, or keep the bytes: ${line}`);
  if (!request.body) return undefined;
  const pieces = upload === undefined ? readOrCancel(request.clone().body!) : readOrSkip(request.body, upload.bodyBytes);
  const length = request.headers.get('content-length');
  return length === null ? pieces : requireLength(pieces, length.trim(), cut);
}

/** A body that is as long as was announced. One that is not was cut or changed on this side, and is no fault of the sender's. */
async function* requireLength(pieces: AsyncIterable<Uint8Array>, length: string, cut: string): AsyncGenerator<Uint8Array> {
  let arrived = 0;
  for await (const piece of pieces) {
    arrived += piece.length;
    yield piece;
  }
  if (String(arrived) !== length)
    throw new VerificationError(
      'raw_body_unavailable',
      `${length} bytes were announced, and ${arrived} are here: ${cut} cut or changed the body`,
    );
}

function corsRequestOf({ method, headers }: Request): CorsRequest {
  const read = (name: string): string | undefined => headers.get(name) ?? undefined;
  return { method, origin: read('origin'), requestedMethod: read('access-control-request-method') };
}

/**
 * The response as it leaves: signed, and with the fields of CORS.
 *
 * @throws {VerificationError} If it answers an upload that did not end well, and claims that it did.
 */
export async function finishWeb(guard: Guard, request: Request, passed: PassedRequest, response: Response): Promise<Response> {
  const { opened, message } = passed;
  if (opened !== undefined) requireAnswerable(opened, response.status);
  const verified = opened === undefined ? passed.verified : verifiedOf(opened);
  const { signing } = guard;
  // What refuses an upload is signed no more than other refusals.
  const signs = signing !== undefined && verified !== undefined;
  return withCors(guard, request, signs ? await signedResponse(signing, request, { verified, message }, response) : response);
}

/** A response with the fields of CORS. */
function withCors({ cors }: Guard, request: Request, response: Response): Response {
  return cors === undefined ? response : responseWithFields(response, Object.entries(cors.answer(corsRequestOf(request).origin)));
}

async function signedResponse(
  signing: ReadSigning,
  request: Request,
  { verified, message }: { readonly verified: VerifiedRequest; readonly message: RequestMessage },
  response: Response,
): Promise<Response> {
  const { status } = response;
  // A handshake has no content, and no Response can be made of it.
  if (status === 101) return response;
  const isEmpty = request.method === 'HEAD' || status === 204 || status === 304;
  try {
    const bytes = isEmpty ? undefined : await readBody(response, signing.bufferBytes);
    if (!isEmpty && !isBytes(bytes)) throw tooLongToSign(signing.bufferBytes);
    const fields = await signing.sign(messageFromResponse(response, bytes), message, verified);
    return responseWithFields(new Response(bytes ?? null, { status, statusText: response.statusText, headers: response.headers }), fields);
  } catch (error) {
    console.error('countersign: a response could not be signed, and was answered with 500', error);
    return new Response(INTERNAL.body, INTERNAL);
  }
}

/** A response with fields more; `Vary` keeps what it names. What somebody else made, by `fetch` for one, cannot be written to. */
function responseWithFields(response: Response, fields: readonly (readonly [name: string, value: string])[]): Response {
  const { status } = response;
  if (status === 101) return response;
  const copy = new Response(response.body, response);
  for (const [name, value] of fields)
    copy.headers.set(name, name === 'vary' ? varyWith(copy.headers.get('vary') ?? undefined, value) : value);
  return copy;
}

/** The answer to a refusal that is for the peer; `undefined` for what is our own fault, which belongs to the framework. */
export function refusalResponse(guard: Guard, request: Request, error: unknown): Response | undefined {
  return isForPeer(error) ? withCors(guard, request, error.toResponse()) : undefined;
}
