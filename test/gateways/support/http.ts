/**
 * Requests whose targets nobody writes anew, and signatures for them.
 *
 * @module
 */

import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { hmacSigner, type SignRequestOptions, signRequest } from 'countersign';

export const SECRET = 'what the bank gave to jdoe, 32 bytes or more';

export const signer = hmacSigner({ keyid: 'jdoe', secret: SECRET });

/** A request, as it goes onto the wire. */
export interface RawRequest {
  readonly method?: string | undefined;
  readonly target: string;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly body?: string | Buffer | undefined;
  /** The address that it comes from. */
  readonly from?: string | undefined;
}

/** What was answered. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The code of a problem document. */
  readonly code: string | undefined;
}

/** Sends a request to a port of this machine. A connection that breaks is a status of 0. */
export function send(port: number, { method = 'GET', target, headers = {}, body, from }: RawRequest): Promise<RawAnswer> {
  return new Promise((settle) => {
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path: target,
      headers,
      agent: false,
      ...(from !== undefined && { localAddress: from }),
    };
    const broken = (): void => settle({ status: 0, headers: {}, text: '', code: undefined });
    const sent = httpRequest(options, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', broken);
      answer.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        settle({ status: answer.statusCode!, headers: answer.headers, text, code: /"code":"(\w+)"/.exec(text)?.[1] });
      });
    });
    sent.on('error', broken);
    sent.end(body);
  });
}

/** What is signed. */
export interface Unsigned {
  readonly method?: string | undefined;
  readonly target: string;
  readonly authority: string;
  readonly body?: string | Buffer | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly sign?: Partial<SignRequestOptions> | undefined;
}

/** The fields of a signed request, those it had included. */
export async function signedHeaders({
  method = 'GET',
  target,
  authority,
  body,
  headers = {},
  sign = {},
}: Unsigned): Promise<Record<string, string>> {
  const message = {
    method,
    scheme: 'http',
    authority,
    target,
    fields: Object.entries(headers),
    body: body === undefined ? undefined : Buffer.from(body),
  };
  const { fields } = await signRequest(message, { signer, ...sign });
  return { ...headers, ...Object.fromEntries(fields) };
}
