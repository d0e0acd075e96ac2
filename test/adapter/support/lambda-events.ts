/** Events as the gateways of AWS make them of what a client sent. */
import type { LambdaEventLike } from '../../../src/adapter/lambda.ts';

/** What a client sends. */
export interface Sent {
  readonly method: string;
  /** As on the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

type MakeEvent = (sent: Sent) => LambdaEventLike;

const HOST = 'api.bank.example';

function partsOf({ target }: Sent): {
  readonly path: string;
  readonly query: string;
  readonly pairs: readonly (readonly [string, string])[];
} {
  const [path = '', query = ''] = target.split('?');
  const pairs = query === '' ? [] : query.split('&').map((pair) => [pair.split('=')[0]!, pair.split('=').slice(1).join('=')] as const);
  return { path, query, pairs };
}

const lists = (pairs: readonly (readonly [string, string])[]): Record<string, string[]> => {
  const grouped: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    grouped[name] ??= [];
    grouped[name].push(value);
  }
  return grouped;
};

const lastOf = (grouped: Record<string, string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(grouped).map(([name, values]) => [name, values.at(-1)!]));

const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

function bodyOf({ body }: Sent, base64: boolean): Pick<LambdaEventLike, 'body' | 'isBase64Encoded'> {
  if (body === undefined) return { body: null, isBase64Encoded: false };
  const bytes = Buffer.from(body as string);
  return base64 ? { body: bytes.toString('base64'), isBase64Encoded: true } : { body: bytes.toString(), isBase64Encoded: false };
}

const lowerCase = (headers: Sent['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function fieldsOf(sent: Sent): Record<string, string> {
  const length = sent.body === undefined ? {} : { 'Content-Length': String(Buffer.from(sent.body as string).length) };
  return { Host: HOST, ...length, ...sent.headers };
}

/** A REST API: path and query decoded, fields as single values and as lists. */
const rest =
  (base64: boolean): MakeEvent =>
  (sent) => {
    const { path, pairs } = partsOf(sent);
    const grouped = lists(pairs.map(([name, value]) => [decode(name), decode(value)]));
    const headers = fieldsOf(sent);
    return {
      httpMethod: sent.method,
      path: decodeURIComponent(path),
      headers,
      multiValueHeaders: lists(Object.entries(headers)),
      queryStringParameters: pairs.length === 0 ? null : lastOf(grouped),
      multiValueQueryStringParameters: pairs.length === 0 ? null : grouped,
      requestContext: { path: decodeURIComponent(path), stage: 'prod', identity: { sourceIp: '10.0.0.7' } },
      ...bodyOf(sent, base64),
    };
  };

/** The same API, asked at its own address: the stage begins the client's path, and is not in `path`. */
const staged: MakeEvent = (sent) => {
  const event = rest(false)(sent);
  return { ...event, path: event.path!.replace(/^\/prod/, '') };
};

/** An HTTP API: the path decoded, the query raw, names in lower case, cookies apart. */
const http =
  (decodes: boolean): MakeEvent =>
  (sent) => {
    const { path, query } = partsOf(sent);
    const { cookie, ...headers } = lowerCase(fieldsOf(sent));
    return {
      version: '2.0',
      rawPath: decodes ? decodeURIComponent(path) : path,
      rawQueryString: query,
      headers,
      ...(cookie !== undefined && { cookies: cookie.split('; ') }),
      requestContext: { domainName: HOST, http: { method: sent.method, path, sourceIp: '10.0.0.7' } },
      ...bodyOf(sent, true),
    };
  };

/** A load balancer: path and query raw, the query cut into pairs. */
const balancer =
  (asLists: boolean): MakeEvent =>
  (sent) => {
    const { path, pairs } = partsOf(sent);
    const headers = { ...lowerCase(fieldsOf(sent)), 'x-forwarded-proto': 'https' };
    const grouped = lists(pairs);
    return {
      httpMethod: sent.method,
      path,
      ...(asLists
        ? { multiValueHeaders: lists(Object.entries(headers)), multiValueQueryStringParameters: grouped }
        : { headers, queryStringParameters: lastOf(grouped) }),
      requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:…' } },
      ...bodyOf(sent, asLists),
    };
  };

/** Netlify: the shape of a REST API, and the whole URL as it was sent. */
const netlify: MakeEvent = (sent) => ({ ...rest(true)(sent), rawUrl: `https://${HOST}${sent.target}` });

export const EVENTS: Readonly<Record<string, MakeEvent>> = {
  'a REST API': rest(false),
  'a REST API with binary media types': rest(true),
  'a REST API at its own address': staged,
  'an HTTP API': http(true),
  'a function URL': http(false),
  'a load balancer': balancer(false),
  'a load balancer that sends lists': balancer(true),
  Netlify: netlify,
};
