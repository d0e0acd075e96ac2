/**
 * The verified view: only what a signature covered can be read through it.
 *
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { VerificationError } from '../errors.ts';
import { decodeUtf8 } from '../internal/utf8.ts';
import { normalizeAuthority, splitTarget } from '../rfc9421/derive.ts';
import { combine, createFieldReader, type FieldReader } from '../rfc9421/field-lines.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import type { KeyRecord } from '../signature/key-record.ts';
import type { StandardSchema } from '../signature/schema.ts';
import type { Verdict } from '../signature/verify-context.ts';

/** One signature that was verified. */
export interface VerifiedSignature {
  readonly label: string;
  readonly keyid: string;
  readonly algorithm: Algorithm;
  readonly tag: string | undefined;
  readonly created: number;
  readonly expires: number | undefined;
  readonly nonce: string | undefined;
  /** The identifiers of what it covers. */
  readonly components: readonly string[];
}

/** A request whose signatures fulfil the policy. Everything here was signed; asking for anything else throws. */
export interface VerifiedRequest {
  readonly keyid: string;
  /** The tenant of the key record; `''` without one. */
  readonly tenant: string;
  readonly key: KeyRecord;
  readonly signatures: readonly [VerifiedSignature, ...VerifiedSignature[]];
  /** The content. @throws {TypeError} If its digest was not covered. */
  readonly bytes: Uint8Array;
  /** The content as UTF-8. @throws {VerificationError} `payload_malformed` if it is not. */
  text(): string;
  /** The content as JSON. @throws {VerificationError} `payload_malformed` if it is not, or does not fit the schema. */
  json(): unknown;
  json<T>(schema: StandardSchema<T>): T;
  /** A covered field; `undefined` if the request has none. @throws {TypeError} If it is there and not covered. */
  header(name: string): string | undefined;
  method(): string;
  /** The raw path, percent-encoding untouched. */
  path(): string;
  /** The raw query with its `?`; `?` alone if there is none. */
  query(): string;
  /** A `Request` of the verified parts alone. */
  toRequest(): Request;
}

/** Makes the view. `bytes` is absent when no signature covered the content. */
export function createVerifiedRequest(
  message: RequestMessage,
  verdicts: readonly Verdict[],
  bytes: Uint8Array | undefined,
  read?: FieldReader,
): VerifiedRequest {
  return new VerifiedView(message, verdicts, bytes, read);
}

/**
 * What most callers never ask for is made when it is asked for. Each member answers a function of its own, so that a
 * caller may take the view apart.
 */
class VerifiedView implements VerifiedRequest {
  readonly keyid: string;
  readonly tenant: string;
  readonly key: KeyRecord;
  readonly #message: RequestMessage;
  readonly #verdicts: readonly Verdict[];
  readonly #bytes: Uint8Array | undefined;
  readonly #read: FieldReader;
  #signatures: VerifiedRequest['signatures'] | undefined;

  constructor(message: RequestMessage, verdicts: readonly Verdict[], bytes: Uint8Array | undefined, read: FieldReader | undefined) {
    const { signature, record } = verdicts[0]!;
    this.keyid = signature.keyid!;
    this.tenant = record.tenant ?? '';
    this.key = record;
    this.#message = message;
    this.#verdicts = verdicts;
    this.#bytes = bytes;
    this.#read = read ?? createFieldReader(message.fields);
    Object.freeze(this);
  }

  get signatures(): VerifiedRequest['signatures'] {
    this.#signatures ??= Object.freeze(this.#verdicts.map(toVerifiedSignature)) as unknown as VerifiedRequest['signatures'];
    return this.#signatures;
  }

  get bytes(): Uint8Array {
    if (this.#bytes === undefined) throw new TypeError('the content was not signed');
    return this.#bytes;
  }

  get text(): VerifiedRequest['text'] {
    return () => this.#text();
  }

  get json(): VerifiedRequest['json'] {
    return <T>(schema?: StandardSchema<T>): T => this.#json(schema);
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

  #json<T>(schema?: StandardSchema<T>): T {
    const value = parseJson(this.#text());
    return schema === undefined ? (value as T) : validate(schema, value);
  }

  #header(name: string): string | undefined {
    const key = name.toLowerCase();
    const lines = this.#read(key);
    if (lines === undefined) return undefined;
    this.#requireCovered(`"${key}"`, `"${key}";sf`, `"${key}";bs`);
    return combine(lines);
  }

  #method(): string {
    this.#requireCovered('"@method"');
    return this.#message.method;
  }

  #path(): string {
    this.#requireCovered('"@path"', '"@target-uri"', '"@request-target"');
    return splitTarget(this.#message.target).path;
  }

  #query(): string {
    this.#requireCovered('"@query"', '"@target-uri"', '"@request-target"');
    return splitTarget(this.#message.target).query;
  }

  #toRequest(): Request {
    const { scheme, authority } = this.#message;
    const headers = new Headers();
    for (const identity of this.#covered()) {
      const name = /^"([^@"]+)"(?:;sf|;bs)?$/.exec(identity)?.[1];
      const value = name && this.#header(name);
      if (name && value !== undefined) headers.set(name, value);
    }
    const query = this.#query();
    const url = `${scheme}://${normalizeAuthority(authority, scheme)}${this.#path()}${query === '?' ? '' : query}`;
    const method = this.#method();
    const bytes = this.#bytes;
    const body =
      bytes !== undefined && bytes.length > 0 && method !== 'GET' && method !== 'HEAD' ? (bytes as Uint8Array<ArrayBuffer>) : null;
    return new Request(url, { method, headers, body });
  }

  #covered(): readonly string[] {
    return this.#verdicts.flatMap(({ signature }) => signature.components.map(({ identity }) => identity));
  }

  #requireCovered(...identities: readonly string[]): void {
    const covered = this.#covered();
    if (!identities.some((identity) => covered.includes(identity))) throw new TypeError(`${identities[0]} was not signed`);
  }
}

/** What a verdict says, without its key. */
export function toVerifiedSignature({ signature, algorithm }: Verdict): VerifiedSignature {
  const { label, keyid, tag, created, expires, nonce, components } = signature;
  return Object.freeze({
    label,
    keyid: keyid!,
    algorithm,
    tag,
    created: created!,
    expires,
    nonce,
    components: Object.freeze(components.map(({ identifier }) => identifier)),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VerificationError('payload_malformed', 'the content is not JSON', { cause });
  }
}

/** Lets a schema judge a value that was verified. */
export function validate<T>(schema: StandardSchema<T>, value: unknown): T {
  const result = schema['~standard'].validate(value);
  if ('then' in result) throw new TypeError('the schema is asynchronous: validate the value yourself');
  if (result.issues) throw new VerificationError('payload_malformed', `the content does not fit the schema: ${result.issues[0]?.message}`);
  return result.value;
}
