/** The typical request: POST, five components, created, nonce and keyid; no content. A thousand URLs, in turn. */
import { type FieldLines, type RequestMessage, type Signer, signRequest } from 'countersign';

export const KEYID = 'jdoe';
export const SECRET: Uint8Array = new TextEncoder().encode('correct horse battery staple, 32+');
export const COMPONENTS: readonly string[] = ['@method', '@authority', '@path', '@query', 'content-type'];
export const CONTENT_TYPE = 'application/json';
export const AUTHORITY = 'bank.example';

/** Whole seconds since the epoch. */
export const now = (): number => Math.floor(Date.now() / 1000);

const TARGETS: readonly string[] = Array.from({ length: 1000 }, (_, index) => `/accounts/${1000 + index}/coins?to=jdoe&amount=10`);

/** The request target of a run. */
export const targetOf = (index: number): string => TARGETS[index % TARGETS.length]!;
export const urlOf = (index: number): string => `https://${AUTHORITY}${targetOf(index)}`;

/** A nonce for alternatives that make none. As ours, 22 characters, and no two alike. */
export const nonceOf = (index: number): string => `bench-${String(index).padStart(16, '0')}`;

/** The request in our form, with the fields that signing added. */
export function requestOf(index: number, added: FieldLines = []): RequestMessage {
  const fields: FieldLines = [['content-type', CONTENT_TYPE], ...added];
  return { method: 'POST', scheme: 'https', authority: AUTHORITY, target: targetOf(index), fields };
}

/** The signature bases of the thousand requests, as bytes: what bare crypto signs. */
export async function signatureBases(signer: Signer): Promise<readonly Uint8Array[]> {
  const signed = await Promise.all(TARGETS.map((_, index) => signRequest(requestOf(index), { signer })));
  return signed.map(({ base }) => new TextEncoder().encode(base));
}
