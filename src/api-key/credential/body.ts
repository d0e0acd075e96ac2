/**
 * A key in content: a field of a form, or a member of a JSON object.
 *
 * @module
 */

import { JsonError } from '../../canonical/pointer.ts';
import { parseJsonStrict } from '../../canonical/strict-json.ts';
import { VerificationError } from '../../errors.ts';
import { readContent } from '../../http/content.ts';
import type { TakenRequest } from '../../http/request-view.ts';
import { isBytes } from '../../internal/bytes.ts';
import { decodeUtf8 } from '../../internal/utf8.ts';
import { combine } from '../../rfc9421/field-lines.ts';

/** Content that is read at the most, and for how long. */
const BOUNDS = { limit: 64 * 1024, timeout: 10 };

/**
 * The text of a field or member; `undefined` if there is none.
 *
 * @throws {VerificationError} `credential_malformed`, `credential_ambiguous`, `body_too_large` or `body_incomplete`.
 * @throws {TypeError} If the content is a stream, which could be read once only.
 */
export async function findInBody(taken: TakenRequest, name: string): Promise<string | undefined> {
  const type = combine(taken.read('content-type') ?? [''])
    .split(';')[0]!
    .trim()
    .toLowerCase();
  const isForm = type === 'application/x-www-form-urlencoded';
  const isJson = type === 'application/json' || /^application\/[^ ]+\+json$/.test(type);
  if (!isForm && !isJson) return undefined;
  const text = decodeUtf8(await copyOfContent(taken));
  if (text === undefined) throw new VerificationError('credential_malformed', 'the content is not UTF-8');
  return isForm ? inForm(text, name) : inJson(text, name);
}

/** The request keeps its own. */
async function copyOfContent({ content, message }: TakenRequest): Promise<Uint8Array> {
  if (content !== message) return readContent((content as Request).bodyUsed ? (content as Request) : (content as Request).clone(), BOUNDS);
  const { body } = message;
  if (body !== undefined && !isBytes(body))
    throw new TypeError('request.body must be bytes for a key in the body: a stream is read once, and would be gone');
  return body === undefined ? new Uint8Array(0) : readContent({ body }, BOUNDS);
}

function inForm(text: string, name: string): string | undefined {
  const values = new URLSearchParams(text).getAll(name);
  if (values.length > 1) throw new VerificationError('credential_ambiguous', `the form has several ${JSON.stringify(name)}`);
  return values[0];
}

function inJson(text: string, name: string): string | undefined {
  if (text === '') return undefined;
  const value = parse(text);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const member = (value as Readonly<Record<string, unknown>>)[name];
  if (typeof member !== 'string') throw new VerificationError('credential_malformed', 'the key in the content must be a string');
  return member;
}

function parse(text: string): unknown {
  try {
    return parseJsonStrict(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new VerificationError('credential_malformed', `the content is no JSON that has one meaning: ${error.code}`);
  }
}
