/**
 * The verified view: only what a signature covered can be read through it.
 *
 * @module
 */

import { parseJsonLossy, parseJsonStrict } from '../../canonical/strict-json.ts';
import { VerificationError } from '../../errors.ts';
import { decodeUtf8 } from '../../internal/utf8.ts';
import type { ComponentSource } from '../../rfc9421/base.ts';
import { normalizeAuthority, splitTarget } from '../../rfc9421/derive.ts';
import { combine, type FieldReader } from '../../rfc9421/field-lines.ts';
import type { RequestMessage } from '../../rfc9421/message.ts';
import { parseComponent } from '../../rfc9421/parse-component.ts';
import type { Consumer } from '../consumer.ts';
import type { KeyRecord } from '../key-record.ts';
import { keyidOf, type ProvenSignature } from '../proven-signature.ts';
import { asRefusal } from '../refusal.ts';
import type { MessageView } from '../verify-signatures.ts';
import { type StandardSchema, validate } from './schema.ts';
import { toVerifiedSignatures, type VerifiedSignatures } from './verified.ts';

/** A request whose signatures fulfil the policy. Everything here was signed; asking for anything else throws. Members may be taken apart. */
export interface VerifiedRequest {
  /** The name of the key that signed it; of one that names none, `canonicalKeyid` of its record. */
  readonly keyid: string;
  /** The tenant of the key record; `''` without one. */
  readonly tenant: string;
  /** The key record, as `resolveKey` answered it. */
  readonly key: KeyRecord;
  /** Who calls, where the key record says so: that of `createApiKeys` does. */
  readonly consumer: Consumer | undefined;
  /** What was verified about each signature: one for each policy. */
  readonly signatures: VerifiedSignatures;
  /** The content. @throws {TypeError} If its digest was not covered. */
  readonly bytes: Uint8Array;
  /**
   * The content as UTF-8.
   *
   * @throws {VerificationError} `payload_malformed` if it is not.
   * @throws {TypeError} If its digest was not covered.
   */
  text(): string;
  /**
   * The content as JSON, frozen. What two parsers could read differently is refused: doubled members, numbers that lose digits, lone surrogates.
   *
   * @throws {VerificationError} One of the codes `payload_…` if it is not such JSON, or does not fit the schema (a Standard Schema).
   * @throws {TypeError} If its digest was not covered, or the schema is asynchronous.
   */
  json(): unknown;
  json<T>(schema: StandardSchema<T>): T;
  /**
   * The content as JSON, for senders that do not keep those rules: of doubled members the last counts, and numbers are rounded to the nearest
   * that JavaScript has. Others may read another document in the same bytes.
   *
   * @throws As `json()`, for what is no JSON at all.
   */
  lossyJson(): unknown;
  lossyJson<T>(schema: StandardSchema<T>): T;
  /** A covered field, by its name in any case; `undefined` if the request has none. @throws {TypeError} If it is there and not covered. */
  header(name: string): string | undefined;
  /** The method, as it was sent. @throws {TypeError} If it was not covered. */
  method(): string;
  /** The raw path, percent-encoding untouched. @throws {TypeError} If it was not covered. */
  path(): string;
  /** The raw query with its `?`; `?` alone if there is none. @throws {TypeError} If it was not covered. */
  query(): string;
  /** A `Request` of the verified parts alone. @throws {TypeError} If a part is not covered, or the platform makes no `Request` of the method. */
  toRequest(): Request;
}

/** A request as it was read. */
export interface ReadRequest {
  readonly message: RequestMessage;
  readonly read: FieldReader;
  readonly source: ComponentSource;
}

/** Makes the view. `bytes` is absent when no signature covered the content. */
export function createVerifiedRequest(
  request: ReadRequest,
  proven: readonly ProvenSignature[],
  bytes: Uint8Array | undefined,
): VerifiedRequest {
  return new VerifiedView(request, proven, bytes);
}

/** What a signed URL shows to be verified: neither fields nor content. */
export function urlView(source: ComponentSource, checkAuthority: MessageView<undefined>['checkAuthority']): MessageView<undefined> {
  return { source, present: [], announcesContent: false, checkAuthority, readContent: () => undefined };
}

/**
 * What most callers never ask for is made when it is asked for. Each member answers a function of its own, so that a
 * caller may take the view apart.
 */
class VerifiedView implements VerifiedRequest {
  readonly keyid: string;
  readonly tenant: string;
  readonly key: KeyRecord;
  readonly consumer: Consumer | undefined;
  readonly #request: ReadRequest;
  readonly #proven: readonly ProvenSignature[];
  readonly #bytes: Uint8Array | undefined;
  #signatures: VerifiedSignatures | undefined;

  constructor(request: ReadRequest, proven: readonly ProvenSignature[], bytes: Uint8Array | undefined) {
    const [first] = proven as readonly [ProvenSignature, ...ProvenSignature[]];
    const { key } = first;
    this.keyid = keyidOf(first);
    this.tenant = key.tenant;
    this.key = key.record;
    this.consumer = key.record.consumer ?? undefined;
    this.#request = request;
    this.#proven = proven;
    this.#bytes = bytes;
    Object.freeze(this);
  }

  get signatures(): VerifiedSignatures {
    this.#signatures ??= toVerifiedSignatures(this.#proven);
    return this.#signatures;
  }

  get bytes(): Uint8Array {
    if (this.#bytes === undefined) throw new TypeError('the content was not signed, or is that of an upload, which went to the handler');
    return this.#bytes;
  }

  get text(): VerifiedRequest['text'] {
    return () => this.#text();
  }

  get json(): VerifiedRequest['json'] {
    return <T>(schema?: StandardSchema<T>): T => this.#json(parseJsonStrict, schema);
  }

  get lossyJson(): VerifiedRequest['lossyJson'] {
    return <T>(schema?: StandardSchema<T>): T => this.#json(parseJsonLossy, schema);
  }

  get header(): VerifiedRequest['header'] {
    return (name) => this.#header(name);
  }

  get method(): VerifiedRequest['method'] {
    return () => this.#method();
  }

  get path(): VerifiedRequest['path'] {
    return () => this.#path();
  }

  get query(): VerifiedRequest['query'] {
    return () => this.#query();
  }

  get toRequest(): VerifiedRequest['toRequest'] {
    return () => this.#toRequest();
  }

  #text(): string {
    const decoded = decodeUtf8(this.bytes);
    if (decoded === undefined) throw new VerificationError('payload_malformed', 'the content is not UTF-8');
    return decoded;
  }

  #json<T>(parse: (text: string) => unknown, schema: StandardSchema<T> | undefined): T {
    const text = this.#text();
    const value = asRefusal(() => parse(text));
    return schema === undefined ? (value as T) : validate(schema, value);
  }

  #header(name: string): string | undefined {
    const key = name.toLowerCase();
    const { read, source } = this.#request;
    const lines = read(key);
    if (lines === undefined) return undefined;
    const covered = this.#covered();
    if (covered.includes(`"${key}"`) || covered.includes(`"${key}";bs`)) return combine(lines);
    // Of a field that is covered as a parser writes it, only that text was signed.
    if (covered.includes(`"${key}";sf`)) return source(parseComponent(`"${key}";sf`));
    throw notSigned(`"${key}"`);
  }

  #method(): string {
    this.#requireCovered('"@method"');
    return this.#request.message.method;
  }

  #path(): string {
    this.#requireCovered('"@path"', '"@target-uri"', '"@request-target"');
    return splitTarget(this.#request.message.target).path;
  }

  #query(): string {
    this.#requireCovered('"@query"', '"@target-uri"', '"@request-target"');
    return splitTarget(this.#request.message.target).query;
  }

  #toRequest(): Request {
    this.#requireCovered('"@authority"', '"@target-uri"');
    const { scheme, authority } = this.#request.message;
    const query = this.#query();
    const url = `${scheme}://${normalizeAuthority(authority, scheme)}${this.#path()}${query === '?' ? '' : query}`;
    const method = this.#method();
    if (/^(?:CONNECT|TRACE|TRACK)$/i.test(method)) throw new TypeError(`the platform makes no Request with the method ${method}`);
    const bytes = this.#bytes;
    const hasBody = bytes !== undefined && bytes.length > 0 && method !== 'GET' && method !== 'HEAD';
    return new Request(url, { method, headers: this.#coveredHeaders(), body: hasBody ? (bytes as Uint8Array<ArrayBuffer>) : null });
  }

  #coveredHeaders(): Headers {
    const headers = new Headers();
    for (const identity of this.#covered()) {
      const name = /^"([^@"]+)"(?:;sf|;bs)?$/.exec(identity)?.[1];
      const value = name && this.#header(name);
      if (name && value !== undefined) headers.set(name, value);
    }
    return headers;
  }

  #covered(): readonly string[] {
    return this.#proven.flatMap(({ signature }) => signature.components.map(({ identity }) => identity));
  }

  #requireCovered(...identities: readonly string[]): void {
    const covered = this.#covered();
    if (!identities.some((identity) => covered.includes(identity))) throw notSigned(identities[0]!);
  }
}

function notSigned(identity: string): TypeError {
  return new TypeError(`${identity} was not signed: have it covered (components) and require it (policy.components)`);
}
