/**
 * A request as it was when it arrived: taken once, before anything is waited for, so that whatever becomes of the message object
 * changes nothing of what is verified, or was.
 *
 * @module
 */

import { assertObject } from '../internal/assert.ts';
import { isBytes } from '../internal/bytes.ts';
import { memberOf } from '../internal/options.ts';
import type { Component } from '../rfc9421/component.ts';
import { createFieldReader, type FieldReader, isFieldLines } from '../rfc9421/field-lines.ts';
import { messageFromRequest, type RequestMessage } from '../rfc9421/message.ts';
import { requireNoFragment } from '../rfc9421/target.ts';
import type { SignatureCandidate } from '../rfc9421/unverified-signature.ts';
import type { RequiredSignature } from '../signature/proven-signature.ts';
import { asRefusal } from '../signature/refusal.ts';
import { requireFields } from './check-message.ts';
import { addFieldBytes, type Limits } from './limits.ts';

/** A request that nobody else can change any more. */
export interface TakenRequest {
  /** Method, scheme, authority and target; its fields are those that `read` finds. */
  readonly message: RequestMessage;
  /** The fields, each as it was when it was first read. */
  readonly read: FieldReader;
  /** Where the content is: still to be read. Or, where it is streamed, what is checked of the head in its place. */
  readonly content: Request | RequestMessage | CheckHead;
}

/** Checks what signatures say about content that arrives later. */
export type CheckHead = (required: readonly RequiredSignature[]) => undefined;

/**
 * Takes a request. The fields are within the limits; `scheme` is what the deployment says.
 *
 * @throws {VerificationError} `target_malformed` or `signature_malformed`.
 * @throws {TypeError} If it is something else: the message names what to pass.
 */
export function takeRequest(given: Request | RequestMessage, limits: Limits, scheme: string | undefined): TakenRequest {
  requireRequest(given);
  const fetched = isFetchRequest(given) ? given : undefined;
  const { method, authority, target, fields, trailers, body, scheme: own } = fetched ? fromFetch(fetched) : (given as RequestMessage);
  requireText(method, 'method');
  requireText(own, 'scheme');
  requireText(authority, 'authority');
  requireText(target, 'target');
  const read = isFieldLines(fields) ? takeLines(fields, limits) : takeHeaders(fields, limits);
  const message: RequestMessage = {
    method,
    scheme: scheme ?? own.toLowerCase(),
    authority,
    target,
    fields: NO_FIELDS,
    trailers: trailers?.map(([name, value]) => [name, value] as const),
    body: takeBody(body, limits, 'request'),
  };
  return { message, read, content: fetched ?? message };
}

const NO_FIELDS: RequestMessage['fields'] = [];

function requireRequest(given: Request | RequestMessage): void {
  assertObject(given, 'request');
  if ('rawHeaders' in given) throw new TypeError('request is a request of Node: pass messageFromNode(request) of countersign/node');
  if (isFetchRequest(given)) return;
  if ('requestContext' in given)
    throw new TypeError('request is the event of a function: pass messageFromEvent(event) of countersign/lambda');
  if ('raw' in given)
    throw new TypeError(
      "request is a framework's own: pass messageFromNode(request) of countersign/node for one of Fastify, request.raw for one of Hono",
    );
  if ('headers' in given) {
    throw new TypeError(
      'status' in given
        ? 'request is a response'
        : 'request must be a Request, or a message: messageFromNode(request) of countersign/node makes one',
    );
  }
  if (memberOf(given, 'fields') === undefined)
    throw new TypeError('request must be a Request, or a message { method, scheme, authority, target, fields, body }');
  requireFields(given, 'request');
}

function requireText(value: unknown, name: string): void {
  if (typeof value !== 'string') throw new TypeError(`request.${name} must be a string`);
}

/** Of whatever make: frameworks and other realms have `Request`s of their own. */
function isFetchRequest(given: Request | RequestMessage): given is Request {
  return (
    'headers' in given && typeof given.headers?.get === 'function' && 'url' in given && typeof given.url === 'string' && 'method' in given
  );
}

function fromFetch(request: Request): RequestMessage {
  return asRefusal(() => {
    requireNoFragment(request);
    return messageFromRequest(request);
  });
}

/** A copy of bytes; those beyond the limit are refused later, when their turn comes. `Buffer.prototype.slice` would be no copy. */
export function takeBody(body: RequestMessage['body'], { bodyBytes }: Limits, name: string): RequestMessage['body'] {
  if (isBytes(body)) return body.length > bodyBytes ? body : new Uint8Array(body);
  if (body === undefined || (typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || 'getReader' in body)))
    return body;
  throw new TypeError(`${name}.body must be the raw bytes (a Uint8Array), a stream of them, or absent: not text, and nothing parsed`);
}

/** Field lines, copied. */
function takeLines(lines: readonly (readonly [string, string])[], limits: Limits): FieldReader {
  let total = 0;
  const copy: (readonly [string, string])[] = [];
  for (const line of lines) {
    const name = line[0];
    const value = line[1];
    total = addFieldBytes(total, name, value, limits);
    copy.push([name, value]);
  }
  return createFieldReader(copy);
}

/** What the signature fields of `Headers` are; the others there were bounded by the server that read them. */
const SIGNATURE_FIELDS = ['signature-input', 'signature', 'content-digest'];

/** `Headers`, each field remembered as it was when it was first read: iterating them is slow. */
function takeHeaders(headers: { get(name: string): string | null }, limits: Limits): FieldReader {
  const read = createFieldReader(headers);
  const known = new Map<string, readonly string[] | undefined>();
  const remember: FieldReader = (name) => {
    if (known.has(name)) return known.get(name);
    const lines = read(name);
    known.set(name, lines);
    return lines;
  };
  let total = 0;
  for (const name of SIGNATURE_FIELDS) total = addFieldBytes(total, name, remember(name)?.[0] ?? '', limits);
  return remember;
}

/** Reads the fields that signatures claim to cover: they are asked for again when the message may have changed. */
export function readAhead(read: FieldReader, candidates: readonly SignatureCandidate[]): void {
  for (const candidate of candidates) {
    for (const { name } of claimedComponents(candidate)) if (!name.startsWith('@')) read(name);
  }
}

function claimedComponents(candidate: SignatureCandidate): readonly Component[] {
  try {
    return candidate.read().components;
  } catch {
    // One that cannot be read is refused if it is meant.
    return [];
  }
}
