/**
 * A form as it was sent: where from, how long, and its fields.
 *
 * @module
 */

import { decodeUtf8 } from '../internal/utf8.ts';
import { readBody } from '../runtime/read-stream.ts';
import { PageError } from './page-error.ts';

/** Bytes of a form at the most. */
const MAX_BYTES = 16_384;

const MAX_FIELDS = 200;

/** The fields of a form. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams) {
    this.#fields = fields;
  }

  /** The one value of a field; `''` if there is none. @throws {PageError} 400 if there are two. */
  one(name: string): string {
    const [value = '', ...others] = this.#fields.getAll(name);
    if (others.length > 0) throw unreadable();
    return value;
  }

  /** All values of a field. */
  all(name: string): readonly string[] {
    return this.#fields.getAll(name);
  }
}

/** Reads a form. @throws {PageError} 413, 415, or 400 if it is none. */
export async function readForm(request: Request): Promise<Form> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type))
    throw new PageError(415, 'Not a form', 'Only forms of these pages can be sent here.', { accept: 'application/x-www-form-urlencoded' });
  const bytes = await readBody(request, MAX_BYTES);
  if (bytes === undefined) throw new PageError(413, 'Too long', 'What was sent is longer than any form of these pages.');
  const text = decodeUtf8(bytes);
  if (text === undefined || /%(?![0-9A-Fa-f]{2})/.test(text)) throw unreadable();
  const fields = new URLSearchParams(text);
  if ([...fields.keys()].length > MAX_FIELDS) throw unreadable();
  return new Form(fields);
}

function unreadable(): PageError {
  return new PageError(
    400,
    'Not readable',
    'What was sent is none of the forms of these pages. Open the page again, and send it from there.',
  );
}

/**
 * Requires that a page of this origin sent the request. Browsers say so by `Sec-Fetch-Site`, and where they do not (an old one, or plain http) by
 * `Origin`; who says neither is refused.
 *
 * @throws {PageError} 403
 */
export function requireSameOrigin({ url, headers }: Request, origin: string | undefined): void {
  const site = headers.get('sec-fetch-site');
  if (site !== null ? site === 'same-origin' : isOwn(headers.get('origin'), origin ?? new URL(url).origin)) return;
  throw new PageError(
    403,
    'Not from here',
    'This was not sent by a page of this site, or over plain http, where a browser does not tell. Open the page over https, and send it from there.',
  );
}

const isOwn = (given: string | null, own: string): boolean => given !== null && given !== 'null' && given === own;
