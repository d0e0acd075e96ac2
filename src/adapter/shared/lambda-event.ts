/**
 * Events of functions on AWS, and of platforms that copy them, as requests: API Gateway's REST APIs (version 1) and HTTP APIs (version 2), function
 * URLs, load balancers.
 *
 * An event is not what the client sent. What it lost is rebuilt where only one request can have made it; the rest is told.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @module
 */

import { assertObject } from '../../internal/assert.ts';
import { fromBase64 } from '../../internal/base64.ts';
import { memberOf } from '../../internal/options.ts';
import { encodeUtf8 } from '../../internal/utf8.ts';
import { type FieldLines, type RequestMessage, splitUrl } from '../../rfc9421/message.ts';
import { asRefusal } from '../../signature/refusal.ts';
import { type BodyAdvice, rawBytes } from './node-body.ts';

/** Lists of texts by name. */
type Lists = Readonly<Record<string, readonly string[] | undefined>>;

/** What we need of an event of any of these kinds. */
export interface LambdaEventLike {
  /** `2.0` for HTTP APIs and function URLs. */
  readonly version?: string | undefined;
  /** The method, of REST APIs and load balancers. */
  readonly httpMethod?: string | undefined;
  /** The path, of REST APIs and load balancers. */
  readonly path?: string | undefined;
  /** The path, of HTTP APIs and function URLs. */
  readonly rawPath?: string | undefined;
  /** The query without its `?`, of HTTP APIs and function URLs. */
  readonly rawQueryString?: string | undefined;
  /** The whole URL, as Netlify has it. */
  readonly rawUrl?: string | undefined;
  /** Fields; of several of one name the last, or all in one. */
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  /** Fields, each with all its values. */
  readonly multiValueHeaders?: Lists | null | undefined;
  /** Parameters of the query; of several of one name the last. */
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null | undefined;
  /** Parameters of the query, each with all its values. */
  readonly multiValueQueryStringParameters?: Lists | null | undefined;
  /** Cookies, which HTTP APIs take out of the fields. */
  readonly cookies?: readonly string[] | null | undefined;
  /** The content, as text or base64. */
  readonly body?: string | null | undefined;
  /** Whether `body` is base64. */
  readonly isBase64Encoded?: boolean | undefined;
  /** What the gateway says of the request. */
  readonly requestContext?: object | null | undefined;
}

/** Which of them an event is. */
export type EventKind = 'rest' | 'http' | 'load-balancer';

/** A request, and of what kind of event. */
export interface EventRequest {
  readonly kind: EventKind;
  readonly message: RequestMessage;
  /** Who sent it, as the gateway says. */
  readonly address: string | undefined;
}

const ADVICE: BodyAdvice = { line: 'binary media types of the API (*/*), so that bodies come as base64' };

/**
 * Reads an event.
 *
 * @throws {TypeError} If it is no event of a request.
 */
export function readEvent(event: LambdaEventLike): EventRequest {
  assertObject(event, 'event');
  const kind = kindOf(event);
  const fields = fieldsOf(event);
  const read = (name: string): string | undefined => fields.find(([given]) => given.toLowerCase() === name)?.[1];
  const context = contextOf(event);
  const whole = typeof event.rawUrl === 'string' ? asRefusal(() => splitUrl(event.rawUrl!)) : undefined;
  const message: RequestMessage = {
    method: event.httpMethod ?? eventText(objectOf(context, 'http'), 'method') ?? '',
    // A load balancer writes the scheme over what the client sent; the others have only https.
    scheme: whole?.scheme ?? (kind === 'load-balancer' ? (read('x-forwarded-proto') ?? 'http') : 'https'),
    authority: whole?.authority ?? read('host') ?? eventText(context, 'domainName') ?? '',
    target: whole?.target ?? eventTarget(kind, event, context),
    fields,
    body: eventBody(event, read('content-length')),
  };
  return { kind, message, address: eventText(objectOf(context, 'http') ?? objectOf(context, 'identity'), 'sourceIp') };
}

function kindOf(event: LambdaEventLike): EventKind {
  const context = contextOf(event);
  if (objectOf(context, 'elb') !== undefined) return 'load-balancer';
  if (typeof event.rawPath === 'string' && objectOf(context, 'http') !== undefined) return 'http';
  if (typeof event.httpMethod === 'string' && typeof event.path === 'string') return 'rest';
  throw new TypeError('event is no request of API Gateway, a function URL or a load balancer: pass the event of the handler as it came');
}

function contextOf(event: LambdaEventLike): object {
  return objectOf(event, 'requestContext') ?? {};
}

function objectOf(holder: object | undefined, name: string): object | undefined {
  const value = holder && memberOf(holder, name);
  return typeof value === 'object' && value !== null ? value : undefined;
}

function eventText(holder: object | undefined, name: string): string | undefined {
  const value = holder && memberOf(holder, name);
  return typeof value === 'string' ? value : undefined;
}

function fieldsOf({ headers, multiValueHeaders, cookies }: LambdaEventLike): FieldLines {
  const lists = multiValueHeaders ?? {};
  const lines = Object.entries(lists).flatMap(([name, values]) => (values ?? []).map((value) => [name, value] as const));
  const known = new Set(Object.keys(lists).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined && !known.has(name.toLowerCase())) lines.push([name, value]);
  // HTTP APIs take the cookies out of the fields.
  if (cookies && cookies.length > 0) lines.push(['cookie', cookies.join('; ')]);
  return lines;
}

function eventTarget(kind: EventKind, event: LambdaEventLike, context: object): string {
  if (kind === 'http') return encodePath(event.rawPath!) + queryText(event.rawQueryString ?? '');
  // The path of the context begins with the stage, as the client's does.
  const path = kind === 'rest' ? (eventText(context, 'path') ?? event.path!) : event.path!;
  const pairs = queryPairs(event);
  // A load balancer leaves queries as they were sent; a REST API decodes them.
  const spelled = kind === 'rest' ? pairs.map((pair) => pair.map(encodePart)) : pairs;
  return encodePath(path) + queryText(spelled.map(([name, value]) => `${name}=${value}`).join('&'));
}

const queryText = (query: string): string => (query === '' ? '' : `?${query}`);

function queryPairs({ queryStringParameters, multiValueQueryStringParameters }: LambdaEventLike): readonly (readonly string[])[] {
  if (multiValueQueryStringParameters)
    return Object.entries(multiValueQueryStringParameters).flatMap(([name, values]) => (values ?? []).map((value) => [name, value]));
  return Object.entries(queryStringParameters ?? {}).map(([name, value]) => [name, value ?? '']);
}

/** What no path can hold (RFC 3986, section 3.3) was decoded, and is encoded again. Escapes that are there stay. */
function encodePath(path: string): string {
  return path.replace(/%(?![0-9A-Fa-f]{2})|[^\w.~!$&'()*+,;=:@/%-]+/gu, encodePart);
}

/** A text as a part of a query: everything but unreserved characters as `%HH`. */
function encodePart(text: string): string {
  return [...encodeUtf8(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function eventBody({ body, isBase64Encoded }: LambdaEventLike, length: string | undefined): RequestMessage['body'] {
  if (body === undefined || body === null) return new Uint8Array(0);
  if (typeof body !== 'string') throw new TypeError('event.body must be the text of the event: nothing parsed');
  if (!isBase64Encoded) return rawBytes(body, length, ADVICE);
  const bytes = fromBase64(body);
  if (bytes === undefined) throw new TypeError('event.body is no base64, though the event says so');
  return bytes;
}
