/**
 * One press of a button: what was signed, what was sent, and what the bank answered.
 */
import { parseRefusal } from 'countersign';
import { type Change, changesBetween } from './page-changes.ts';
import { reach, reachWithJson } from './page-reach.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** A request, and what its signer knows of it. */
export interface Signed {
  readonly request: WireRequest;
  /** The signature base as the signer built it; `undefined` if nothing was signed. */
  readonly base?: string;
  /** The base that a receiver of another body builds: the bank says that it differs, not what it is. */
  baseWith?(body: string): Promise<string>;
}

/** What a button shows in the end. */
export interface Outcome {
  readonly sent: WireRequest;
  /** What somebody changed on the way. */
  readonly changes: readonly Change[];
  readonly answer: Answer;
  readonly signed: string | undefined;
  /** The base as the bank built it, if it is another. */
  readonly received: string | undefined;
}

/** The bank accepts, refuses, or fails: an answer that is neither. */
export type Answer =
  | { readonly kind: 'accepted'; readonly status: number; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly signatureBase: string | undefined }
  | { readonly kind: 'failed'; readonly status: number };

/** What an accepting bank says. */
export interface Receipt {
  readonly credited: number;
  readonly balance: number;
  readonly note?: string;
}

/** Sends it as this page. */
export async function send(signed: Signed): Promise<Outcome> {
  const { target, headers, body } = signed.request;
  const response = await reach(target, { method: 'POST', headers: headers.map(([...line]) => line), body });
  return outcomeOf(signed, signed.request, response);
}

/** Sends it as somebody on the wire, who may change it. */
export async function sendByWire(signed: Signed, change: Partial<WireRequest> = {}): Promise<Outcome> {
  const sent = { ...signed.request, ...change };
  const wire = await reachWithJson('/wire', sent);
  if (!wire.ok) return outcomeOf(signed, sent, wire);
  const { status, type, body } = (await wire.json()) as WireAnswer;
  return outcomeOf(signed, sent, new Response(body, { status, headers: { 'content-type': type } }));
}

async function outcomeOf({ request, base, baseWith }: Signed, sent: WireRequest, response: Response): Promise<Outcome> {
  const answer = await readAnswer(response);
  const exposed = answer.kind === 'refused' ? answer.signatureBase : undefined;
  const received = exposed ?? (sent.body === request.body ? undefined : await baseWith?.(sent.body));
  return { sent, changes: changesBetween(request, sent), answer, signed: base, received };
}

async function readAnswer(response: Response): Promise<Answer> {
  const { status } = response;
  if (response.ok) return { kind: 'accepted', status, receipt: (await response.json()) as Receipt };
  const refusal = await parseRefusal(response);
  return refusal === undefined
    ? { kind: 'failed', status }
    : { kind: 'refused', status, code: refusal.code, signatureBase: refusal.signatureBase };
}
