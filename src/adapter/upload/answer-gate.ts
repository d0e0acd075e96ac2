/**
 * The gate of answers: none of success leaves before the upload that it answers was verified to its end.
 *
 * @module
 */

import { isVerificationError, type Problem, VerificationError } from '../../errors.ts';
import type { OpenUpload } from '../../http/upload/verify-upload.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';
import { callLater } from '../shared/held-response.ts';
import { INTERNAL, type NodeResponseLike, sendProblem } from '../shared/node-response.ts';

/** From here on an answer says that something failed: it claims nothing of the upload. */
const FIRST_FAILURE = 400;

const TOO_EARLY = 'it was answered before the upload had ended: await finished before you answer';

/**
 * Requires that an answer of this status may leave. An upload that goes on while it is answered is given up.
 *
 * @throws {VerificationError} Why an answer of success may not: the upload was refused, or has not ended.
 */
export function requireAnswerable({ outcome, abandon }: OpenUpload, status: number): void {
  if (outcome() === undefined) abandon(TOO_EARLY);
  const ended = outcome();
  if (status >= FIRST_FAILURE || (ended !== undefined && 'result' in ended)) return;
  throw ended === undefined ? new VerificationError('body_incomplete', TOO_EARLY) : ended.error;
}

/** What was verified of an upload; `undefined` unless it has ended well. */
export function verifiedOf({ outcome }: OpenUpload): VerifiedRequest | undefined {
  const ended = outcome();
  return ended !== undefined && 'result' in ended ? ended.result : undefined;
}

type Method = (...args: unknown[]) => unknown;

type Gated = Record<'write' | 'end' | 'writeHead' | 'flushHeaders', Method | undefined>;

/** Sets the gate before a response of Node: what may not leave is answered with the refusal, and the handler's own answer is dropped. */
export function gateResponse(response: NodeResponseLike, opened: OpenUpload): void {
  const methods = response as unknown as Gated;
  const { write, end, writeHead, flushHeaders } = methods;
  const originals: Gated = { write, end, writeHead, flushHeaders };
  let state: 'waiting' | 'passing' | 'dropping' = 'waiting';
  const decide = (status: number): void => {
    state = 'passing';
    try {
      requireAnswerable(opened, status);
    } catch (error) {
      sendProblem(problemOf(error), response);
      state = 'dropping';
    }
  };
  const gate = (name: keyof Gated, dropped: Method, statusOf: (given: unknown) => number): void => {
    const original = originals[name];
    if (original === undefined) return;
    const value: Method = (...args) => {
      if (state === 'waiting') decide(statusOf(args[0]));
      return state === 'dropping' ? dropped(...args) : original.apply(response, args);
    };
    Object.defineProperty(response, name, { value, configurable: true, writable: true, enumerable: true });
  };
  const own = (): number => response.statusCode;
  const droppedWrite: Method = (...args) => {
    callLater(args);
    return true;
  };
  const droppedEnd: Method = (...args) => {
    callLater(args);
    return response;
  };
  gate('write', droppedWrite, own);
  gate('end', droppedEnd, own);
  gate(
    'writeHead',
    () => response,
    (status) => (typeof status === 'number' ? status : own()),
  );
  gate('flushHeaders', () => undefined, own);
}

function problemOf(error: unknown): Problem {
  if (isVerificationError(error)) return error.toProblem();
  console.error('countersign: an upload was answered with 500', error);
  return INTERNAL;
}
