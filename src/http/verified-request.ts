/**
 * The verified view: only what a signature covered can be read through it.
 *
 * @module
 */

import type { Algorithm } from '../crypto/algorithm.ts';
import { VerificationError } from '../errors.ts';
import { decodeUtf8 } from '../internal/bytes.ts';
import type { Verdict } from '../signature/judge.ts';
import type { KeyRecord } from '../signature/key-record.ts';
import type { StandardSchema } from '../signature/standard-schema.ts';
import { normalizeAuthority, splitTarget } from './derive.ts';
import { combine } from './field.ts';
import { createFieldReader, type FieldReader, type RequestMessage } from './message.ts';

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
  read: FieldReader = createFieldReader(message.fields),
): VerifiedRequest {
  const covered = new Set<string>();
  for (const verdict of verdicts) for (const identity of verdict.covered) covered.add(identity);
  const first = verdicts[0]!;
  const requireCovered = (...identities: readonly string[]) => {
    if (!identities.some((identity) => covered.has(identity))) throw new TypeError(`${identities[0]} was not signed`);
  };
  const content = (): Uint8Array => {
    if (bytes === undefined) throw new TypeError('the content was not signed');
    return bytes;
  };
  const text = (): string => {
    const decoded = decodeUtf8(content());
    if (decoded === undefined) throw new VerificationError('payload_malformed', 'the content is not UTF-8');
    return decoded;
  };
  function json(): unknown;
  function json<T>(schema: StandardSchema<T>): T;
  function json<T>(schema?: StandardSchema<T>): unknown {
    const value = parseJson(text());
    return schema === undefined ? value : validate(schema, value);
  }
  const header = (name: string): string | undefined => {
    const key = name.toLowerCase();
    const lines = read(key);
    if (lines === undefined) return undefined;
    requireCovered(`"${key}"`, `"${key}";sf`, `"${key}";bs`);
    return combine(lines);
  };
  const method = (): string => {
    requireCovered('"@method"');
    return message.method;
  };
  const path = (): string => {
    requireCovered('"@path"', '"@target-uri"', '"@request-target"');
    return splitTarget(message.target).path;
  };
  const query = (): string => {
    requireCovered('"@query"', '"@target-uri"', '"@request-target"');
    return splitTarget(message.target).query;
  };
  const toRequest = (): Request => {
    const headers = new Headers();
    for (const identity of covered) {
      const name = /^"([^@"]+)"(?:;sf|;bs)?$/.exec(identity)?.[1];
      const value = name && header(name);
      if (name && value !== undefined) headers.set(name, value);
    }
    const search = query();
    const url = `${message.scheme}://${normalizeAuthority(message.authority, message.scheme)}${path()}${search === '?' ? '' : search}`;
    const sent = method();
    const body = bytes !== undefined && bytes.length > 0 && sent !== 'GET' && sent !== 'HEAD' ? (bytes as Uint8Array<ArrayBuffer>) : null;
    return new Request(url, { method: sent, headers, body });
  };
  return Object.freeze({
    keyid: first.signature.keyid!,
    tenant: first.record.tenant ?? '',
    key: first.record,
    signatures: Object.freeze(verdicts.map(toVerifiedSignature)) as unknown as VerifiedRequest['signatures'],
    get bytes() {
      return content();
    },
    text,
    json,
    header,
    method,
    path,
    query,
    toRequest,
  });
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
