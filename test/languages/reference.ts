/**
 * The wire forms once more, in the plainest way, with node:crypto only: what the programs are held against besides
 * countersign itself, so that a mistake that countersign and a program share is seen.
 *
 * @module
 */

import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign, timingSafeEqual } from 'node:crypto';
import {
  type Address,
  KEYID,
  type LicenseTerms,
  type Peer,
  Refusal,
  SECRET,
  type Twist,
  type WirePayload,
  type WireRequest,
} from './peer.ts';
import { listen, readAll, send } from './serve.ts';
import { combinedValues } from './values.ts';

type Pairs = readonly (readonly [string, string])[];

const now = (): number => Math.floor(Date.now() / 1000);
const sha256 = (content: Buffer): string => `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** RFC 3986's unreserved characters stay. */
export function percent(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Fields in their canonical form. */
export function canonicalForm(pairs: Pairs): string {
  return pairs
    .map(([name, value]) => [percent(name), percent(value)] as const)
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

/** RFC 8785: JavaScript's own notation, members in UTF-16 order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => order(a, b));
  return `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

interface Params {
  readonly [name: string]: string | number | undefined;
}

function serialize(names: readonly string[], params: Params): string {
  const list = names.map((name) => `"${name}"`).join(' ');
  const texts = Object.entries(params).map(([name, value]) =>
    value === undefined ? '' : `;${name}=${typeof value === 'number' ? value : quote(value)}`,
  );
  return `(${list})${texts.join('')}`;
}

function baseOf(lines: Pairs, params: string): string {
  return [...lines.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join('\n');
}

function standardParams(twist: Twist, rest: Params): Params {
  const { created = now(), expires, keyid = KEYID } = twist;
  return { created, expires, nonce: randomBytes(16).toString('base64url'), keyid, ...rest };
}

const hmac = (secret: string, base: string): string => createHmac('sha256', secret).update(base).digest('base64');

interface Parsed {
  readonly names: readonly string[];
  readonly params: ReadonlyMap<string, string | number>;
  readonly text: string;
  readonly signature: string;
}

function parse(input: string, signature: string): Parsed {
  const text = /^sig=(\(.*)$/s.exec(input)?.[1];
  const value = /^sig=:([A-Za-z0-9+/=]+):$/.exec(signature)?.[1];
  const parts = text && /^\(([^)]*)\)(.*)$/s.exec(text);
  if (!text || !value || !parts) throw new Refusal('signature_malformed');
  const params = [...parts[2]!.matchAll(/;([a-z]+)=(?:(\d+)|"((?:[^"\\]|\\.)*)")/g)];
  if (params.map(([whole]) => whole).join('') !== parts[2]) throw new Refusal('signature_malformed');
  return {
    names: parts[1]!.split(' ').map((name) => name.slice(1, -1)),
    params: new Map(
      params.map(([, name, integer, quoted]) => [name!, integer === undefined ? quoted!.replaceAll(/\\(.)/g, '$1') : Number(integer)]),
    ),
    text,
    signature: value,
  };
}

const spent = new Set<string>();

/** What is the same for every carrier. */
function judge({ params, text, signature }: Parsed, lines: Pairs, tag: string | undefined, nonce: boolean, maxAge = 300): void {
  const created = params.get('created');
  const expires = params.get('expires') ?? Number.POSITIVE_INFINITY;
  if (params.get('tag') !== tag) throw new Refusal('tag_mismatch');
  if (typeof created !== 'number') throw new Refusal('created_missing');
  if (created > now() + 5) throw new Refusal('created_in_future');
  if (now() - created > maxAge || now() > Number(expires)) throw new Refusal('expired');
  const expected = Buffer.from(hmac(SECRET, baseOf(lines, text)));
  const received = Buffer.from(signature);
  if (params.get('keyid') !== KEYID || expected.length !== received.length || !timingSafeEqual(expected, received))
    throw new Refusal('signature_mismatch');
  if (nonce && !params.has('nonce')) throw new Refusal('nonce_missing');
  const used = String(params.get('nonce'));
  if (params.has('nonce') && spent.has(used)) throw new Refusal('nonce_replayed');
  if (params.has('nonce')) spent.add(used);
}

/** The component values of a request. */
export function requestLines({ method, authority, target, fields }: WireRequest): Map<string, string> {
  const mark = target.indexOf('?');
  return new Map([
    ...fields.map(([name, value]): [string, string] => [name.toLowerCase(), value]),
    ['@method', method],
    ['@authority', authority],
    ['@path', mark < 0 ? target : target.slice(0, mark)],
    ['@query', mark < 0 ? '?' : target.slice(mark)],
  ]);
}

const pick = (lines: ReadonlyMap<string, string>, names: readonly string[]): Pairs => names.map((name) => [name, lines.get(name)!]);

/** Signs a request, wrongly if asked to. */
export function signRequest(request: WireRequest, twist: Twist = {}): WireRequest['fields'] {
  const digest: Pairs = request.content.length > 0 ? [['content-digest', sha256(request.content)]] : [];
  const lines = requestLines({ ...request, fields: [...request.fields, ...digest] });
  const names = ['@method', '@authority', '@path', '@query', 'content-type', 'content-encoding', 'content-digest'].filter((name) =>
    lines.has(name),
  );
  return [...digest, ...signLines(lines, names, twist)];
}

/** Signs exactly the given components. */
export function signLines(
  lines: ReadonlyMap<string, string>,
  names: readonly string[],
  twist: Twist = {},
  rest: Params = { tag: twist.tag },
): WireRequest['fields'] {
  const text = serialize(names, standardParams(twist, rest));
  const signature = hmac(twist.secret ?? SECRET, baseOf(pick(lines, names), text));
  return [
    ['signature-input', `sig=${text}`],
    ['signature', `sig=:${signature}:`],
  ];
}

function verifyRequest(request: WireRequest): void {
  const lines = requestLines(request);
  const parsed = parse(lines.get('signature-input') ?? '', lines.get('signature') ?? '');
  const needed = ['@method', '@authority', '@path', '@query', ...['content-type', 'content-encoding'].filter((name) => lines.has(name))];
  if (request.content.length > 0) needed.push('content-digest');
  if (!needed.every((name) => parsed.names.includes(name))) throw new Refusal('component_uncovered');
  judge(parsed, pick(lines, parsed.names), undefined, true);
  if (parsed.names.includes('content-digest') && lines.get('content-digest') !== sha256(request.content))
    throw new Refusal('digest_mismatch');
}

type Data = Parameters<Peer['signPayload']>[0];

function contentOf(data: Data): string {
  if (typeof data === 'string') return data;
  return Array.isArray(data) ? canonicalForm(data as Pairs) : canonicalJson(data);
}

/** Signs a payload, wrongly if asked to. */
export function signPayload(data: Data, { kind, tag, audience, subject }: Address, twist: Twist = {}): WirePayload {
  const params = standardParams(twist, { tag: twist.tag ?? `cs1-${kind}:${tag}`, audience, subject });
  const text = serialize(['content-digest'], params);
  const base = baseOf([['content-digest', sha256(Buffer.from(contentOf(data)))]], text);
  const members: Pairs = [
    ['signature-input', `sig=${text}`],
    ['signature', `sig=:${hmac(twist.secret ?? SECRET, base)}:`],
  ];
  if (typeof data === 'string') return [['payload', data], ...members];
  return Array.isArray(data) ? [...(data as Pairs), ...members] : JSON.stringify({ ...data, ...Object.fromEntries(members) });
}

function verifyPayload(payload: WirePayload, { kind, tag, audience, subject }: Address): string {
  const all: Record<string, unknown> = Object.fromEntries(
    typeof payload === 'string' ? Object.entries(JSON.parse(payload) as object) : payload,
  );
  const { 'signature-input': input, signature, ...data } = all;
  const content =
    kind === 'text'
      ? String(data['payload'])
      : kind === 'json'
        ? canonicalJson(data)
        : canonicalForm(Object.entries(data) as [string, string][]);
  const parsed = parse(String(input), String(signature));
  if (parsed.params.get('audience') !== audience) throw new Refusal('audience_mismatch');
  if (subject !== undefined && parsed.params.get('subject') !== subject) throw new Refusal('subject_mismatch');
  judge(parsed, [['content-digest', sha256(Buffer.from(content))]], `cs1-${kind}:${tag}`, true);
  return content;
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const fromBase64url = (text: string): string => Buffer.from(text, 'base64url').toString();

function verifyUrl(method: string, url: string): void {
  const [, scheme, host, target] = /^(https?):\/\/([^/?]+)(.*)$/.exec(url)!;
  const standard = scheme === 'https' ? ':443' : ':80';
  const authority = host!.toLowerCase().replace(new RegExp(`${standard}$`), '');
  const cut = /^(.*?)([?&])signature-input=([^&]*)&signature=([^&]*)$/.exec(target!);
  if (!cut) throw new Refusal('signature_malformed');
  const [, before, separator, input, signature] = cut.map(String);
  for (const value of [input!, signature!]) if (base64url(fromBase64url(value)) !== value) throw new Refusal('signature_malformed');
  const parsed = parse(fromBase64url(input!), fromBase64url(signature!));
  if (parsed.names.join(' ') !== '@method @authority @path @query' || !parsed.params.has('expires'))
    throw new Refusal('component_uncovered');
  const bare = { method, authority, target: before!.startsWith('/') ? before! : `/${before}`, fields: [], content: Buffer.alloc(0) };
  if (separator === '?' && before!.includes('?')) throw new Refusal('signature_malformed');
  judge(parsed, pick(requestLines(bare), parsed.names), 'cs1-url', false, 604_800);
}

const pair: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ed25519');
const LICENSE_KEYID = 'license-2025';

/** Issues a license, wrongly if asked to. */
export function issueLicense(
  { product, subject, expiresIn, data }: LicenseTerms,
  twist: Twist & { readonly privateKey?: KeyObject } = {},
): string {
  const created = twist.created ?? now();
  const expires = twist.expires ?? (expiresIn === undefined ? undefined : created + expiresIn);
  const text = serialize(['content-digest'], {
    created,
    expires,
    keyid: twist.keyid ?? LICENSE_KEYID,
    tag: twist.tag ?? `cs1-license:${product}`,
    subject,
  });
  const base = baseOf([['content-digest', sha256(Buffer.from(canonicalJson(data)))]], text);
  const signature = sign(null, Buffer.from(base), twist.privateKey ?? pair.privateKey).toString('base64');
  return JSON.stringify({ ...data, 'signature-input': `sig=${text}`, signature: `sig=:${signature}:` }, null, 2);
}

/** The plainest implementation there is. */
export const reference: Peer = {
  name: 'the reference',
  values: combinedValues,
  send: (request) => send({ ...request, fields: [...request.fields, ...signRequest(request)] }),
  serve: () =>
    listen(async (request, response) => {
      const content = await readAll(request);
      const { method = '', url = '', headers, rawHeaders } = request;
      const fields = Array.from(
        { length: rawHeaders.length / 2 },
        (_, index) => [rawHeaders[index * 2]!, rawHeaders[index * 2 + 1]!] as const,
      );
      try {
        verifyRequest({ method, authority: headers.host ?? '', target: url, fields, content });
        response.writeHead(200).end(content);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        response.writeHead(401).end(error.code);
      }
    }),
  signPayload: async (data, address) => signPayload(data, address),
  verifyPayload: async (payload, address) => verifyPayload(payload, address),
  verifyUrl: async (method, url) => verifyUrl(method, url),
  issueLicense: async (terms) => issueLicense(terms),
  licenseKey: { keyid: LICENSE_KEYID, publicKey: String(pair.publicKey.export({ format: 'jwk' }).x) },
};
