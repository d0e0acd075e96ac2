/**
 * A request as the command line describes one, made ready to be signed: what is signed is what will be sent.
 *
 * @module
 */

import { type SignRequestOptions, signRequest } from '../../http/sign-request.ts';
import { type FieldLines, type RequestMessage, splitUrl } from '../../rfc9421/message.ts';
import { stableTarget } from '../../rfc9421/stable-url.ts';
import type { SignedFields } from '../../signature/sign.ts';
import { type CommandContext, type OptionTable, UsageError } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { readDuration, readList } from '../input/values.ts';
import { KEY_HELP, KEY_OPTIONS, type KeyValues, readSigner } from './signer.ts';

/** How it is signed. */
export const SIGNING_OPTIONS = {
  ...KEY_OPTIONS,
  cover: { type: 'string', multiple: true },
  tag: { type: 'string' },
  'signature-expires-in': { type: 'string' },
} as const satisfies OptionTable;

/** Those options, as given. */
export interface SigningValues extends KeyValues {
  readonly cover?: string[] | undefined;
  readonly tag?: string | undefined;
  readonly 'signature-expires-in'?: string | undefined;
}

/** What the pages say of them. */
export const SIGNING_HELP = `${KEY_HELP}

The signature:
  --cover <a,b>               components besides the defaults: x-tenant, @target-uri
  --tag <text>                the purpose
  --signature-expires-in <d>  when it ends by its own word: 60, 5m`;

/** Everything of a request but its signature. */
export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly fields: FieldLines;
  readonly body: Uint8Array | undefined;
}

/** A request and the fields that sign it. */
export interface SignedRequest extends SignedFields {
  /** The very URL to send: a parser on the way changes nothing of it. */
  readonly url: string;
}

/** Signs a request. @throws {UsageError} If it cannot be signed so. */
export async function signPlainRequest(context: CommandContext, request: PlainRequest, values: SigningValues): Promise<SignedRequest> {
  const url = stableUrl(request.url);
  const { scheme, authority, target } = splitUrl(url);
  const host = request.fields.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const message: RequestMessage = {
    method: request.method,
    scheme,
    authority: host ?? authority,
    target,
    fields: request.fields.filter(([name]) => name.toLowerCase() !== 'host'),
    body: request.body,
  };
  const expires = values['signature-expires-in'];
  const options: SignRequestOptions = {
    signer: await readSigner(context, values),
    components: readList(values.cover),
    tag: values.tag,
    expiresIn: expires === undefined ? undefined : readDuration(expires, 'signature-expires-in'),
  };
  return { ...(await ofArguments(() => signRequest(message, options))), url };
}

/** A URL in the one spelling that is sent. @throws {UsageError} If it is none. */
function stableUrl(text: string): string {
  if (!URL.canParse(text)) throw new UsageError('<url> must be absolute: https://bank.example/coins');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new UsageError('<url> must be of https or http');
  if (url.username !== '' || url.password !== '') throw new UsageError('<url> must not hold a user or a password');
  url.hash = '';
  const { scheme, authority, target } = splitUrl(url.href);
  return `${scheme}://${authority}${stableTarget(target, 'default')}`;
}

/** A field line of `Name: value`. @throws {UsageError} */
export function readFieldLine(text: string): readonly [name: string, value: string] {
  const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/s.exec(text) ?? [];
  if (name === undefined || /[\r\n\0]/.test(value)) throw new UsageError('a header must be: Name: value');
  return [name, value];
}
