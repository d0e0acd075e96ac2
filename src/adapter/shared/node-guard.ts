/**
 * The guard of frameworks that hand over Node's own request and response: Express, Fastify, Koa, Next's pages, plain Node.
 *
 * @module
 */

import type { Upload } from '../../http/upload/verify-upload.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';
import { nodeMessage, requireNodeRequest } from '../node-message.ts';
import { gateResponse, verifiedOf } from '../upload/answer-gate.ts';
import { type CorsRequest, isPreflight } from './cors.ts';
import type { Guard, GuardOverride } from './guard.ts';
import { holdResponse } from './held-response.ts';
import type { BodyAdvice } from './node-body.ts';
import type { NodeRequestLike } from './node-request.ts';
import { type NodeResponseLike, sendProblem, setFields } from './node-response.ts';
import { isForPeer } from './refusal.ts';
import { remember, rememberUpload } from './verified-requests.ts';

/** What a framework knows besides. */
export interface NodeGuardContext {
  readonly advice: BodyAdvice;
  /** The bytes of the body, or their text, where something read them before. */
  readonly body?: unknown;
  /** The target before the framework changed `url`. */
  readonly target?: string | undefined;
  /** Where `getVerified` finds what was verified, besides Node's request. */
  readonly request?: object | undefined;
  readonly instead?: Partial<GuardOverride> | undefined;
}

/** A request that passed: verified, or, where content is streamed, on its way. */
export type Passed =
  | { readonly verified: VerifiedRequest; readonly upload: undefined }
  | { readonly verified: undefined; readonly upload: Upload };

/**
 * Verifies a request: `undefined` if it was a preflight, which is answered then.
 *
 * @throws {VerificationError} If it is refused.
 */
export async function guardNode(
  guard: Guard,
  request: NodeRequestLike,
  response: NodeResponseLike,
  context: NodeGuardContext,
): Promise<Passed | undefined> {
  const by = corsRequestOfNode(requireNodeRequest(request));
  if (guard.cors !== undefined) {
    if (isPreflight(by)) return answerPreflight(guard.cors.preflight(by.origin!), response);
    setFields(guard.cors.answer(by.origin), response);
  }
  const { prefix, readForwarded, signing } = guard;
  let message: RequestMessage | undefined;
  const take = (): RequestMessage => {
    message = nodeMessage(request, { prefix, readForwarded, isStreamed: guard.upload !== undefined, ...context });
    return message;
  };
  const known = context.request === undefined ? [request] : [request, context.request];
  const hold = (verified: () => VerifiedRequest | undefined): void => {
    if (signing === undefined) return;
    holdResponse(response, {
      bufferBytes: signing.bufferBytes,
      isHead: request.method === 'HEAD',
      // What refuses an upload is signed no more than other refusals.
      sign: async (answer) => {
        const answered = verified();
        return answered === undefined ? [] : signing.sign(answer, message!, answered);
      },
      report: (error) => console.error('countersign: a response could not be signed, and was answered with 500', error),
    });
  };
  if (guard.upload !== undefined) {
    const opened = await guard.verifyUpload(take, by, context.instead);
    for (const one of known) rememberUpload(one, opened);
    gateResponse(response, opened);
    hold(() => verifiedOf(opened));
    return { verified: undefined, upload: opened.upload };
  }
  const verified = await guard.verify(take, by, context.instead);
  for (const one of known) remember(one, verified);
  hold(() => verified);
  return { verified, upload: undefined };
}

function corsRequestOfNode({ method = '', headers }: NodeRequestLike): CorsRequest {
  const read = (name: string): string | undefined => {
    const value = headers?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { method, origin: read('origin'), requestedMethod: read('access-control-request-method') };
}

function answerPreflight(fields: Readonly<Record<string, string>>, response: NodeResponseLike): undefined {
  response.statusCode = 204;
  setFields(fields, response);
  response.end();
}

/** Answers a refusal that is for the peer; else `false`. */
export function answerRefusal(error: unknown, request: NodeRequestLike, response: NodeResponseLike): boolean {
  if (!isForPeer(error)) return false;
  sendProblem(error.toProblem(), response);
  // Content that nobody read stands before the next request of the connection.
  if (request.complete !== true) request.resume?.();
  return true;
}
