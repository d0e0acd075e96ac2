/** Whatever a stranger sends to `authenticate`, it is his fault: no 500. */
import { isVerificationError, type RequestMessage } from 'countersign';
import type { CredentialPlaces } from 'countersign/api-keys';
import { expect, it } from 'vitest';
import { createRandom, type Random } from '../support/random.ts';
import { rounds } from '../support/rounds.ts';
import { openKeys } from './setup.ts';

/** More of it in `npm run test:long`. */
const ROUNDS = process.env['COUNTERSIGN_LONG'] === undefined ? rounds(10_000) : 100_000;

const { apiKeys } = openKeys();
const keys = await Promise.all(['a', 'b'].map((owner) => apiKeys.issue({ kind: 'bearer', owner })));
const signing = await apiKeys.issue({ kind: 'hmac', owner: 'c' });
const texts = [...keys, signing].flatMap(({ keyid, secret }) => [keyid, secret]);

const PIECES = [
  'Bearer',
  'basic',
  'Basic ',
  ' ',
  ':',
  ',',
  '=',
  '&',
  '%',
  '%2',
  '%ff',
  '+',
  '"',
  '\\',
  'key',
  '\u00ff',
  'null',
  '{',
  '}',
  '[',
  '0',
  '_sec_',
  '\t',
];

function text(random: Random): string {
  const parts = Array.from({ length: random.int(6) }, () => (random.int(3) === 0 ? random.pick(texts) : random.pick(PIECES)));
  const joined = parts.join('');
  const at = random.int(joined.length + 1);
  const change = random.int(8);
  if (change === 0) return joined.slice(0, at);
  if (change === 1) return joined.slice(0, at) + String.fromCharCode(random.int(256)) + joined.slice(at + 1);
  if (change === 2) return joined.repeat(1 + random.int(200));
  return joined;
}

function authorization(random: Random): string {
  const encoded = (given: string) => Buffer.from(given, random.int(4) === 0 ? 'latin1' : 'utf8').toString('base64');
  const kind = random.int(6);
  if (kind === 0) return `Bearer ${random.pick(texts)}`;
  if (kind === 1) return `Basic ${encoded(`${random.pick(texts)}:${random.pick(texts)}`)}`;
  if (kind === 2) return `Basic ${encoded(`${random.pick(texts)}:`)}`;
  if (kind === 3) return `Basic ${encoded(text(random))}`;
  return `${random.pick(['Bearer', 'Basic', 'Digest', 'bEARER'])}${random.pick([' ', '', '  ', '\t'])}${text(random)}`;
}

function body(random: Random): Uint8Array | undefined {
  const kind = random.int(5);
  if (kind === 0) return undefined;
  if (kind === 1) return random.bytes(random.int(64));
  if (kind === 2) return Buffer.from(`a=${text(random)}&key=${text(random)}`);
  if (kind === 3) return Buffer.from(`{"key":${random.pick([JSON.stringify(random.pick(texts)), '7', 'null', '{}', text(random)])}}`);
  return Buffer.from(text(random));
}

const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x+json',
  'text/plain',
  '',
  'APPLICATION/JSON;charset=x',
  ';',
  'multipart/form-data',
];

function message(random: Random): RequestMessage {
  const fields: [string, string][] = [];
  if (random.int(3) > 0) fields.push(['authorization', authorization(random)]);
  if (random.int(10) === 0) fields.push(['Authorization', authorization(random)]);
  if (random.int(2) === 0) fields.push(['x-api-key', random.int(2) === 0 ? random.pick(texts) : text(random)]);
  if (random.int(2) === 0) fields.push(['content-type', random.pick(TYPES)]);
  const target = random.pick([
    '/',
    `/?key=${random.pick(texts)}`,
    `/x?${text(random)}`,
    `/?key=${text(random)}&key=`,
    text(random),
    '*',
    '',
  ]);
  return {
    method: random.pick(['GET', 'POST', 'X']),
    scheme: 'https',
    authority: random.pick(['bank.example', '', 'x:y']),
    target,
    fields,
    body: body(random),
  };
}

/** As the platform makes a request of it, where it does. */
function asRequest({ method, target, fields, body: content }: RequestMessage): Request | undefined {
  try {
    const init = { method: content === undefined ? method : 'POST', headers: fields as [string, string][] };
    return new Request(
      `https://bank.example${target}`,
      content === undefined ? init : { ...init, body: content as Uint8Array<ArrayBuffer> },
    );
  } catch {
    return undefined;
  }
}

const PLACES: readonly CredentialPlaces[] = [
  {},
  { header: 'x-api-key' },
  { basic: true, basicUser: true },
  { basic: true, kinds: ['bearer', 'hmac'] },
  { bearer: false, query: 'key' },
  { body: 'key' },
  { bearer: true, header: 'X-API-Key', basic: true, basicUser: true, query: 'key', body: 'key', kinds: ['bearer', 'hmac'] },
];

it('every request is accepted or refused, none breaks it', async () => {
  const random = createRandom('authenticate');
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (let round = 0; round < ROUNDS; round++) {
    const made = message(random);
    const request = random.int(3) === 0 ? (asRequest(made) ?? made) : made;
    try {
      const { owner } = await apiKeys.authenticate(request, random.pick(PLACES));
      expect(['a', 'b', 'c']).toContain(owner);
      count('accepted');
    } catch (error) {
      if (!isVerificationError(error)) throw new Error(`${String(error)} for ${JSON.stringify(made)}`, { cause: error });
      expect(error.status, error.code).toBeLessThan(500);
      for (const { secret } of [...keys, signing]) expect(error.message + error.toProblem().body).not.toContain(secret.slice(-49));
      count(error.code);
    }
  }
  for (const code of [
    'accepted',
    'credential_missing',
    'credential_malformed',
    'credential_ambiguous',
    'credential_forbidden_here',
    'credential_invalid',
  ])
    expect(seen.get(code) ?? 0, code).toBeGreaterThan(0);
}, 300_000);
