/**
 * One trial: what was signed, what was sent, and what the bank answered.
 */
import { parseRefusal } from 'countersign';
import type { Delivery, Parcel } from './wire.ts';

/** The answer to one press of a button, and what is needed to explain it. */
export interface Trial {
  readonly parcel: Parcel;
  readonly status: number;
  /** The code of a refusal; `undefined` if it was accepted. */
  readonly code: string | undefined;
  /** What an accepting bank says. */
  readonly receipt: Receipt | undefined;
  /** The signature base as the signer built it; `undefined` if nothing was signed. */
  readonly signed: string | undefined;
  /** The base as the bank built it, if it is another. */
  readonly received: string | undefined;
}

/** What the bank says when it credits. */
export interface Receipt {
  readonly credited: number;
  readonly balance: number;
  readonly note?: string | undefined;
}

/** How to send, and what is known of the two bases before. */
export interface Evidence {
  readonly signed?: string | undefined;
  readonly received?: string | undefined;
}

/** Sends it as this page. */
export async function sendDirectly(parcel: Parcel, evidence: Evidence): Promise<Trial> {
  const { target, headers, body } = parcel;
  return judged(parcel, await fetch(target, { method: 'POST', headers: headers.map(([...line]) => line), body }), evidence);
}

/** Sends it as somebody on the wire. */
export async function sendByWire(parcel: Parcel, evidence: Evidence): Promise<Trial> {
  const answer = await fetch('/wire', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(parcel),
  });
  const { status, type, body } = (await answer.json()) as Delivery;
  return judged(parcel, new Response(body, { status, headers: { 'content-type': type } }), evidence);
}

async function judged(parcel: Parcel, response: Response, { signed, received }: Evidence): Promise<Trial> {
  const refusal = await parseRefusal(response);
  const receipt = response.ok ? ((await response.json()) as Receipt) : undefined;
  const code = response.ok ? undefined : (refusal?.code ?? 'no answer of ours');
  return { parcel, status: response.status, code, receipt, signed, received: refusal?.signatureBase ?? received };
}
