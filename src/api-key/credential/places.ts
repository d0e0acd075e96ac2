/**
 * Where a key may travel, and what is found there.
 *
 * @see RFC 6750 (Bearer), RFC 7617 (Basic)
 * @module
 */

import { VerificationError } from '../../errors.ts';
import type { TakenRequest } from '../../http/request-view.ts';
import { assertFlag, assertText } from '../../internal/assert.ts';
import { fromBase64 } from '../../internal/base64.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';
import { decodeUtf8 } from '../../internal/utf8.ts';
import { splitTarget } from '../../rfc9421/derive.ts';
import { trimLine } from '../../rfc9421/field-lines.ts';
import { findInBody } from './body.ts';
import { KEY_PATTERN, parseKey } from './format.ts';

/** Where a key may travel: each place by name. Without any, `Authorization: Bearer` alone. */
export interface CredentialPlaces {
  /** `Authorization: Bearer <key>` (RFC 6750). Default: true. */
  readonly bearer?: boolean | undefined;
  /** A field of that name, such as `x-api-key`. */
  readonly header?: string | undefined;
  /** `Authorization: Basic`, the key as the user's name, no password: `curl -u <key>:`. */
  readonly basicUser?: boolean | undefined;
  /** `Authorization: Basic`, the keyid as the user's name and the key, or the signing secret, as the password (RFC 7617). */
  readonly basic?: boolean | undefined;
  /**
   * A parameter of the query by that name. **Everybody on the way may keep it**: access logs, proxies, the browser's history, and the
   * Referer of what the page links to. Take it only where a caller cannot set fields; answer with the fields of `answerFields`, and write
   * URLs to logs through `redactCredentials`.
   */
  readonly query?: string | undefined;
  /** A field of a form, or a member of a JSON object, by that name. Content of up to 64 KiB is read, a copy: the request's own body stays. */
  readonly body?: string | undefined;
  /** Kinds whose secret may be the password of `basic`. A signing secret that is sent is one no more: name `hmac` only for who must. Default: `['bearer']`. */
  readonly kinds?: readonly ('bearer' | 'hmac')[] | undefined;
  /** The realm of `WWW-Authenticate`; default: the prefix of the keys. */
  readonly realm?: string | undefined;
}

/** The name of a place. */
export type Place = 'bearer' | 'header' | 'basicUser' | 'basic' | 'query' | 'body';

/** What was sent. */
export interface Credential {
  readonly place: Place;
  /** The keyid that stands beside it; `undefined` where the key names itself. */
  readonly keyid: string | undefined;
  /** The key, or a signing secret beside its keyid. */
  readonly secret: string;
}

const NAMES: OptionNames<CredentialPlaces> = {
  bearer: true,
  header: true,
  basicUser: true,
  basic: true,
  query: true,
  body: true,
  kinds: true,
  realm: true,
};

/** Places, checked. */
export interface ReadPlaces extends CredentialPlaces {
  readonly kinds: readonly ('bearer' | 'hmac')[];
  readonly challenge: string;
}

/** A name of a field (RFC 9110, section 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Reads the places. @throws {TypeError | RangeError} If one is unusable, or there is none. */
export function readPlaces(given: CredentialPlaces, prefix: string): ReadPlaces {
  const read = readOptions(given, NAMES, { name: 'places', elsewhere: { scopes: 'requireConsumer' } });
  const { bearer = true, header, basicUser = false, basic = false, query, body, kinds = ['bearer'], realm = prefix } = read;
  for (const [name, flag] of Object.entries({ bearer, basicUser, basic })) assertFlag(flag, `places.${name}`);
  if (header !== undefined) requireHeader(header);
  for (const [name, text] of Object.entries({ query, body, realm })) if (text !== undefined) assertText(text, `places.${name}`);
  if (!/^[ !#-[\]-~]+$/.test(realm)) throw new RangeError('places.realm must be printable ASCII without quotes and backslashes');
  if (!Array.isArray(kinds) || kinds.length === 0 || !kinds.every((kind) => kind === 'bearer' || kind === 'hmac'))
    throw new TypeError("places.kinds must be some of 'bearer' and 'hmac'");
  if (!bearer && !basicUser && !basic && header === undefined && query === undefined && body === undefined)
    throw new TypeError('places must name one: bearer, header, basicUser, basic, query or body');
  const challenges = [bearer && `Bearer realm="${realm}"`, (basic || basicUser) && `Basic realm="${realm}", charset="UTF-8"`];
  // A scheme is asked for in a 401 always (RFC 9110, section 15.5.2), also where no field but our own is taken.
  const challenge = challenges.filter(Boolean).join(', ') || `Bearer realm="${realm}"`;
  return { bearer, header: header?.toLowerCase(), basicUser, basic, query, body, kinds, realm, challenge };
}

/** Requires the name of a field. @throws {TypeError | RangeError} */
export function assertFieldName(value: unknown, name: string): asserts value is string {
  assertText(value, name);
  if (!TOKEN.test(value)) throw new RangeError(`${name} must be the name of a field`);
}

function requireHeader(header: unknown): void {
  assertFieldName(header, 'places.header');
  if (header.toLowerCase() === 'authorization')
    throw new RangeError('places.header must not be authorization: that is bearer, basic and basicUser');
}

/** No key is longer, with what stands around it. */
const MAX_BYTES = 4096;

/** All that was sent in the allowed places. @throws {VerificationError} `credential_malformed` or `credential_ambiguous`. */
export async function findCredentials(taken: TakenRequest, places: ReadPlaces): Promise<readonly Credential[]> {
  const found: Credential[] = [];
  const authorization = oneLine(taken, 'authorization');
  if (authorization !== undefined) found.push(...inAuthorization(authorization, places));
  const header = places.header === undefined ? undefined : oneLine(taken, places.header);
  if (header !== undefined) found.push({ place: 'header', keyid: undefined, secret: header });
  if (places.query !== undefined) found.push(...inQuery(taken, places.query));
  if (places.body !== undefined) {
    const secret = await findInBody(taken, places.body);
    if (secret !== undefined) found.push({ place: 'body', keyid: undefined, secret });
  }
  if (found.length === 0) requireNoneElsewhere(taken, authorization);
  return found;
}

/** The one line of a field. Of several, others could take another one than we. */
function oneLine({ read }: TakenRequest, name: string): string | undefined {
  const lines = read(name);
  if (lines === undefined) return undefined;
  if (lines.length > 1) throw new VerificationError('credential_ambiguous', `there are several ${name} fields`);
  if (lines[0]!.length > MAX_BYTES) throw new VerificationError('credential_malformed', `the ${name} field is too long`);
  return trimLine(lines[0]!);
}

function inAuthorization(value: string, places: ReadPlaces): readonly Credential[] {
  const [, scheme = '', rest = ''] = /^([^ ]+) +(.*)$/.exec(value) ?? [];
  const name = scheme.toLowerCase();
  if (name === 'bearer' && places.bearer) return [{ place: 'bearer', keyid: undefined, secret: rest }];
  if (name === 'basic' && (places.basic || places.basicUser)) return [inBasic(rest, places)];
  return [];
}

/** The user's name ends at the first colon; control characters are nobody's (RFC 7617, section 2). */
function inBasic(token68: string, { basic, basicUser }: ReadPlaces): Credential {
  const bytes = fromBase64(token68);
  const text = bytes && decodeUtf8(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
  if (text === undefined || /[\x00-\x1f\x7f]/.test(text))
    throw new VerificationError('credential_malformed', 'Basic must be base64 of UTF-8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new VerificationError('credential_malformed', 'Basic must hold a colon');
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  if (password === '' && basicUser) return { place: 'basicUser', keyid: undefined, secret: user };
  if (!basic) throw new VerificationError('credential_malformed', 'the key belongs into the name of the user, and no password behind it');
  return { place: 'basic', keyid: user, secret: password };
}

function inQuery({ message }: TakenRequest, name: string): readonly Credential[] {
  const { query } = splitTarget(message.target);
  const values = new URLSearchParams(query).getAll(name);
  if (values.length > 1) throw new VerificationError('credential_ambiguous', `the query has several ${JSON.stringify(name)}`);
  return values.map((secret) => ({ place: 'query', keyid: undefined, secret }));
}

/** A key of this format where none is taken: whoever put it there must hear of it, since others may have read it. */
function requireNoneElsewhere({ message, read }: TakenRequest, authorization: string | undefined): void {
  if (hasKey(splitTarget(message.target).query))
    throw new VerificationError('credential_forbidden_here', 'a key stands in the query, where others can read it: send it in a field');
  const field = authorization ?? read('x-api-key')?.[0];
  if (field !== undefined && field.length <= MAX_BYTES && hasKey(field))
    throw new VerificationError('credential_forbidden_here', 'the key is not taken in this field');
}

/** Whether a text holds a key whose checksum is right. */
function hasKey(text: string): boolean {
  return [...text.matchAll(new RegExp(KEY_PATTERN, 'g'))].some(([found]) => parseKey(found) !== undefined);
}
