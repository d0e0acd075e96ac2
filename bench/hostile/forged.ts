/**
 * Forged messages of every carrier, each refused because of its signature alone: whatever is done before that is done for
 * anybody.
 */
import {
  createVerifier,
  type FieldLines,
  hmacKey,
  isVerificationError,
  type Limits,
  parseUnverifiedSignatures,
  type RequestMessage,
  type Signer,
  verifyResponse,
} from 'countersign';
import { issueLicense, verifyLicense, verifyLicenseSync } from 'countersign/license';
import { signPayload, verifyPayload } from 'countersign/payload';
import { signUrl, verifyUrl } from 'countersign/url';
import { fieldTypes, type Head } from './heads.ts';

const NOW = 1_800_000_000;
const now = (): number => NOW;
const AUTHORITY = 'bank.example';
const NONCE = 'bench-0000000000000000';
const replayStore = { consume: () => 'consumed' as const };
const key = hmacKey('correct horse battery staple, 32+');
const resolveKey = () => key;

/** Signs with bytes that no key made. As Ed25519, R is a point and S small enough, so that they go all the way. */
const forger = (algorithm: 'hmac-sha256' | 'ed25519'): Signer => ({
  keyid: 'jdoe',
  algorithm,
  sign: () => {
    const bytes = new Uint8Array(algorithm === 'ed25519' ? 64 : 32).fill(0x66);
    bytes[0] = 0x58;
    bytes[bytes.length - 1] = 0x06;
    return bytes;
  },
});
const signer = forger('hmac-sha256');

/** What answers a forged message: its code. Anything that is accepted or untyped ends the run. */
export type Refused = () => Promise<string>;

const refused =
  (verify: () => unknown): Refused =>
  async () => {
    try {
      await verify();
    } catch (error) {
      if (isVerificationError(error)) return error.code;
      throw error;
    }
    throw new Error('a forged message was accepted');
  };

const DEFAULTS = ['@method', '@authority', '@path', '@query'];
const ANSWERED = ['"@status"', ...DEFAULTS.map((name) => `"${name}";req`)];

function signatureFields({ covered, params = '', others }: Head, always: readonly string[]): FieldLines {
  const input = `sig=(${[...always, ...covered].join(' ')});created=${NOW};nonce="${NONCE}";keyid="jdoe"${params}`;
  const signature = `sig=:${Buffer.alloc(32, 0x66).toString('base64')}:`;
  return [
    ['signature-input', others === undefined ? input : `${input}, ${others[0]}`],
    ['signature', others === undefined ? signature : `${signature}, ${others[1]}`],
  ];
}

/** A request with such a head. */
export function requestOf(head: Head): RequestMessage {
  const { authority = AUTHORITY, target = '/', fields = [] } = head;
  const always = DEFAULTS.map((name) => `"${name}"`);
  return { method: 'GET', scheme: 'https', authority, target, fields: [...fields, ...signatureFields(head, always)] };
}

/** Bytes of the head as HTTP/1.1 writes it. */
export function sizeOf({ method, target, authority, fields }: RequestMessage): number {
  const lines = [['host', authority], ...(fields as FieldLines)];
  return lines.reduce((total, [name, value]) => total + name!.length + value!.length + 4, method.length + target.length + 13);
}

/** A request, as lines of fields. */
export function forgedRequest(request: RequestMessage, limits: Partial<Limits> = {}): Refused {
  const verifier = createVerifier({ authority: [AUTHORITY, request.authority], resolveKey, replayStore, now, fieldTypes, limits });
  return refused(() => verifier.verifyRequest(request));
}

/** A request whose query a framework wrote anew: four spellings of it are tried. */
export function forgedRespelled(request: RequestMessage): Refused {
  const verifier = createVerifier({ authority: AUTHORITY, resolveKey, replayStore, now, respelledQuery: true });
  return refused(() => verifier.verifyRequest(request));
}

/** A request, as fetch has it. */
export function forgedFetchRequest({ authority, target, fields }: RequestMessage): Refused {
  const verifier = createVerifier({ authority: [AUTHORITY, authority], resolveKey, replayStore, now, fieldTypes });
  const request = new Request(`https://${authority}${target}`, {
    headers: (fields as FieldLines).map(([name, value]): [string, string] => [name, value]),
  });
  return refused(() => verifier.verifyRequest(request));
}

/** What may be asked of a message before it is verified: it has no verdict. */
export function unverified(request: RequestMessage): Refused {
  return async () => {
    try {
      return `${parseUnverifiedSignatures(request).length} signatures`;
    } catch (error) {
      if (isVerificationError(error)) return error.code;
      throw error;
    }
  };
}

/** A response to a short request. */
export function forgedResponse(head: Head): Refused {
  const request: RequestMessage = { method: 'GET', scheme: 'https', authority: AUTHORITY, target: '/', fields: [] };
  // One more is always covered than in a request.
  const covered = head.covered.slice(0, 27);
  const response = { status: 200, fields: [...(head.fields ?? []), ...signatureFields({ ...head, covered }, ANSWERED)] };
  return refused(() => verifyResponse(response, request, { resolveKey, nonce: NONCE, now, fieldTypes }));
}

/** A signed URL with such a query, as it came or as a framework wrote it anew. */
export async function forgedUrl(query: string, respelledQuery: boolean): Promise<Refused> {
  const signed = await signUrl(`https://${AUTHORITY}/?a=1`, { signer, now, expiresIn: 60 });
  const url = `https://${AUTHORITY}/?${query}a=1${signed.slice(signed.indexOf('a=1') + 3)}`;
  return refused(() => verifyUrl({ url }, { authority: AUTHORITY, resolveKey, now, respelledQuery, policy: { ignore: ['utm_source'] } }));
}

const purpose = { tag: 'credit-coins', audience: AUTHORITY, now } as const;
const judging = { ...purpose, resolveKey, replayStore, maxBytes: 2 ** 26 } as const;

/** A signed payload of JSON: its text with the signature of something else. */
export async function forgedJson(value: string): Promise<string> {
  const { 'signature-input': input, signature } = await signPayload({ a: 1 }, { ...purpose, signer });
  return `{"signature-input":${JSON.stringify(input)},"signature":${JSON.stringify(signature)},"value":${value}}`;
}

/** A payload in any of the forms that it may come in. */
export const forgedPayload = (input: string | Uint8Array | object): Refused => refused(() => verifyPayload(input, judging));

/** A signed text. */
export async function forgedText(payload: string): Promise<Refused> {
  const members = await signPayload('a', { ...purpose, signer });
  return refused(() => verifyPayload({ ...members, payload }, { ...judging, format: 'text' }));
}

/** A signed form. */
export async function forgedForm(fields: readonly [string, string][]): Promise<Refused> {
  const signature = (await signPayload([['a', '1']], { ...purpose, signer })).slice(-2);
  return refused(() => verifyPayload([...fields, ...signature], { ...judging, format: 'form' }));
}

/** A license: its JSON with the signature of something else. */
export async function forgedLicense(value: string): Promise<string> {
  const { json } = await issueLicense({ a: 1 }, { signer: forger('ed25519'), product: 'bench', now });
  return json.replace(/"a":\s*1/, () => `"value":${value}`);
}

/** The base point of the curve, of which nobody knows the private key. */
const publicKeys = { jdoe: Buffer.alloc(32, 0x66).fill(0x58, 0, 1).toString('base64url') };
const licensed = { product: 'bench', publicKeys, now } as const;

export const verifyForgedLicense = (license: string): Refused => refused(() => verifyLicense(license, licensed));
export const verifyForgedLicenseSync = (license: string): Refused => refused(() => verifyLicenseSync(license, licensed));
