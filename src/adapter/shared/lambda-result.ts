/**
 * Results of functions on AWS: a response as the gateway that asked takes it, and what a handler answered as a response.
 *
 * @module
 */

import type { Problem } from '../../errors.ts';
import { fromBase64 } from '../../internal/base64.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import type { FieldLines, ResponseMessage } from '../../rfc9421/message.ts';
import { varyWith } from './cors.ts';
import type { EventKind, LambdaEventLike } from './lambda-event.ts';

/** What a function answers to a gateway. */
export interface LambdaResult {
  /** The HTTP status. */
  readonly statusCode: number;
  /** Its words, for load balancers. */
  readonly statusDescription?: string | undefined;
  /** Fields of one value. */
  readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Fields, each with all its values. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly (string | number | boolean)[]>> | undefined;
  /** Cookies to set, of HTTP APIs and function URLs. */
  readonly cookies?: readonly string[] | undefined;
  /** The content, as text or base64. */
  readonly body?: string | undefined;
  /** Whether `body` is base64. */
  readonly isBase64Encoded?: boolean | undefined;
}

/** A refusal, or another answer of ours, as the gateway takes it. */
export function resultOf({ status, headers, body }: Problem, event: LambdaEventLike, kind: EventKind): LambdaResult {
  const result = { statusCode: status, body, isBase64Encoded: false };
  // A load balancer that was told to send lists takes lists alone.
  return kind === 'load-balancer' && event.multiValueHeaders
    ? { ...result, multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])) }
    : { ...result, headers };
}

/** What a handler answered, in its long form: of HTTP APIs it may also be what JSON is made of. */
export function fullResult(answered: unknown): LambdaResult {
  if (typeof answered === 'object' && answered !== null && 'statusCode' in answered) return answered as LambdaResult;
  const body = typeof answered === 'string' ? answered : JSON.stringify(answered);
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, ...(body !== undefined && { body }) };
}

/** A result as the response that it becomes. */
export function responseOf(result: LambdaResult): ResponseMessage & { readonly body: Uint8Array } {
  const { statusCode, headers = {}, multiValueHeaders = {}, body = '', isBase64Encoded = false } = result;
  const lists = Object.entries(multiValueHeaders).flatMap(([name, values]) => values.map((value) => [name, String(value)] as const));
  const listed = new Set(Object.keys(multiValueHeaders).map((name) => name.toLowerCase()));
  const single = Object.entries(headers).flatMap(([name, value]) =>
    listed.has(name.toLowerCase()) ? [] : [[name, String(value)] as const],
  );
  const bytes = isBase64Encoded ? fromBase64(body) : encodeUtf8(body);
  if (bytes === undefined) throw new TypeError('the body of the result is no base64, though it says so');
  return { status: statusCode, fields: [...lists, ...single], body: bytes };
}

/** A result with fields more, in the form that it has; `Vary` keeps what it names. */
export function withFields(result: LambdaResult, fields: FieldLines): LambdaResult {
  const { headers, multiValueHeaders } = result;
  if (multiValueHeaders !== undefined && headers === undefined) {
    const more = fields.map(([name, value]) => [name, [merged(name, value, multiValueHeaders[name]?.join(', '))]]);
    return { ...result, multiValueHeaders: { ...multiValueHeaders, ...Object.fromEntries(more) } };
  }
  const vary = Object.keys(headers ?? {}).find((name) => name.toLowerCase() === 'vary');
  const { [vary ?? '']: before, ...others } = headers ?? {};
  return {
    ...result,
    headers: {
      ...others,
      ...(before !== undefined && { vary: before }),
      ...Object.fromEntries(fields.map(([name, value]) => [name, merged(name, value, before)])),
    },
  };
}

function merged(name: string, value: string, before: unknown): string {
  return name === 'vary' ? varyWith(before === undefined ? undefined : String(before), value) : value;
}
