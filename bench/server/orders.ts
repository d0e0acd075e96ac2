/** What is sent: an order of 300 bytes, signed by HMAC. */
import { hmacSigner, signRequest } from 'countersign';

export const AUTHORITY = 'bank.example';
export const KEYID = 'jdoe';
export const SECRET = 'what the bank gave to jdoe, 32 bytes or more';

const EMPTY = JSON.stringify({ currency: 'goldcoins', amount: 10, note: '' });

/** 300 bytes. */
const BODY: Buffer = Buffer.from(JSON.stringify({ currency: 'goldcoins', amount: 10, note: 'x'.repeat(300 - EMPTY.length) }));

const signer = hmacSigner({ keyid: KEYID, secret: SECRET });

const FIELDS = [['content-type', 'application/json']] as const;

/** A request as it goes over the wire, with a nonce of its own; or one that nobody signed. */
export async function orderBytes({ isSigned = true }: { readonly isSigned?: boolean } = {}): Promise<Buffer> {
  const message = { method: 'POST', scheme: 'http', authority: AUTHORITY, target: '/coins', fields: FIELDS, body: BODY };
  const signed = isSigned ? (await signRequest(message, { signer })).fields : [];
  const fields = [['host', AUTHORITY], ['content-length', String(BODY.length)], ...FIELDS, ...signed] as const;
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST /coins HTTP/1.1\r\n${head}\r\n`), BODY]);
}
