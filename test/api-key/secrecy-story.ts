/**
 * All that happens to keys, with everything that is shown of it on the way: errors, logs, JSON, `inspect`, events, refusals. What the
 * secrets were is told, so that they can be looked for.
 */
import { inspect } from 'node:util';
import { createVerifier, hmacSigner, memoryReplayStore, type RequestMessage, signRequest } from 'countersign';
import { aesGcmSealer, createApiKeys, type KeyStore, redactCredentials } from 'countersign/api-keys';

/** Bytes as they might be written: raw, hex, base64 and base64url, at each of the three places base64 may begin. */
function spellings(secret: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((skip) => bytes.subarray(skip, skip + 3 * Math.floor((bytes.length - skip) / 3)));
  const texts = [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    [...bytes].join(','),
    ...shifted.flatMap((part) => [part.toString('base64').replace(/=+$/, ''), part.toString('base64url')]),
  ];
  return [bytes, ...texts.map((text) => Buffer.from(text))];
}

export const shownOf = (value: unknown): string =>
  [
    inspect(value, { showHidden: true, depth: 12, maxArrayLength: null, maxStringLength: null }).replace(/\s+/g, ''),
    JSON.stringify(value),
    String(value),
    value instanceof Error
      ? `${value.stack} ${inspect(value.cause)} ${JSON.stringify((value as { toProblem?(): unknown }).toProblem?.())}`
      : '',
  ].join('\n');

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What was shown, and what must not have been. */
export interface Told {
  readonly shown: readonly string[];
  readonly secrets: readonly Uint8Array[];
  /** The issued secrets without what is public of them, nor their checksum. */
  readonly tails: readonly string[];
  /** A public name, which may be found. */
  readonly keyid: string;
}

/** Lives through it. */
export async function liveThroughAll(inner: KeyStore): Promise<Told> {
  let isDown = false;
  const store: KeyStore = {
    ...inner,
    get: (keyid) => {
      if (isDown) throw new Error('connection refused');
      return inner.get(keyid);
    },
  };
  const [master, pepper] = [crypto.getRandomValues(new Uint8Array(32)), crypto.getRandomValues(new Uint8Array(32))];
  const shown: string[] = [];
  const show = <T>(value: T): T => {
    shown.push(shownOf(value));
    return value;
  };
  const sealer = show(aesGcmSealer({ current: 'm', keys: { m: master } }));
  const open = (more: object = {}) =>
    show(
      createApiKeys({
        store,
        sealer,
        pepper: { current: 'p', keys: { p: pepper } },
        prefix: 'bank',
        onEvent: (event) => {
          show(event);
          throw new Error('a hook that fails');
        },
        ...more,
      }),
    );
  const apiKeys = open();
  const signing = show(await apiKeys.issue({ kind: 'hmac', owner: 'jdoe' }));
  const bearer = show(await apiKeys.issue({ kind: 'bearer', owner: 'jdoe' }));
  const imported = 'an imported secret, known to the customer';
  show(await apiKeys.importSecret(imported, { owner: 'jdoe', keyid: 'old' }));
  const next = show(await apiKeys.rotate(signing.keyid, { overlap: 60 }));
  const link = await apiKeys.createClaim(next);
  const secrets = [master, pepper, ...[signing.secret, bearer.secret, next.secret, imported, link.token].map((text) => Buffer.from(text))];
  const verifier = show(
    createVerifier({
      authority: 'bank.example',
      resolveKey: apiKeys.resolveKey,
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
    }),
  );
  const message: RequestMessage = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields: [] };
  const attempt = async (work: () => unknown): Promise<void> => {
    try {
      show(await work());
    } catch (error) {
      show(error);
    }
  };
  const signed = async (keyid: string, secret: string) => {
    const { fields } = await signRequest(message, { signer: hmacSigner({ keyid, secret }) });
    return verifier.verifyRequest({ ...message, fields });
  };
  const sent = (value: string, places = {}) => apiKeys.authenticate({ ...message, fields: [['authorization', value]] }, places);
  await attempt(() => signed(signing.keyid, signing.secret));
  await attempt(() => signed('old', imported));
  await attempt(() => signed(signing.keyid, next.secret));
  await attempt(() => sent(`Bearer ${bearer.secret}`));
  await attempt(() => sent(`Bearer ${bearer.secret.slice(0, -1)}!`));
  await attempt(() => sent(`Bearer ${signing.secret}`));
  await attempt(() => sent(`Basic ${btoa(`old:${imported}`)}`, { basic: true }));
  await attempt(() => sent(`Basic ${btoa(`old:${imported}`)}`, { basic: true, kinds: ['hmac'] }));
  await attempt(() => apiKeys.authenticate({ ...message, target: `/?key=${bearer.secret}` }));
  show(redactCredentials(`/?key=${bearer.secret}&other=${signing.secret}`));
  await attempt(() => apiKeys.importSecret(`${imported} `, { owner: 'jdoe' }));
  await attempt(() => apiKeys.issue({ kind: 'hmac', owner: signing.secret.repeat(9) }));
  await attempt(() => apiKeys.get(`${bearer.secret}\u00e4`));
  await attempt(() => apiKeys.claim(`${link.token}x`, { claimer: 'x'.repeat(30) }));
  await attempt(() => apiKeys.resolveKey(signing.keyid, undefined as never));
  await apiKeys.flush();
  const other = open({ sealer: aesGcmSealer({ current: 'n', keys: { n: pepper } }) });
  await attempt(() => other.resolveKey(signing.keyid, undefined as never));
  isDown = true;
  apiKeys.invalidate();
  await attempt(() => signed(signing.keyid, signing.secret));
  await attempt(() => sent(`Bearer ${bearer.secret}`));
  isDown = false;
  const enrolment = await apiKeys.createEnrolment({ owner: 'jdoe' });
  secrets.push(Buffer.from(enrolment.token));
  await attempt(() => apiKeys.acceptEnrolment({ token: enrolment.token, publicKey: { kty: 'OKP' }, proof: 'x' }));
  const claimer = toHex(crypto.getRandomValues(new Uint8Array(20)));
  secrets.push(Buffer.from(claimer));
  // What it answers is the secret, for its owner; nothing else is.
  await apiKeys.claim(link.token, { claimer });
  await attempt(() => apiKeys.claim(link.token, { claimer: toHex(new Uint8Array(20)) }));
  const fresh = crypto.getRandomValues(new Uint8Array(32));
  secrets.push(fresh);
  const rewrapping = open({ sealer: aesGcmSealer({ current: 'n', keys: { m: master, n: fresh } }) });
  await attempt(() => rewrapping.rewrap());
  await attempt(() => rewrapping.reapply([{ seq: 1, keyid: signing.secret, after: {} }] as never));
  show(await apiKeys.list());
  show(await apiKeys.events());
  show(await store.get(signing.keyid));
  show(await store.get(bearer.keyid));
  await apiKeys.revoke(bearer.keyid, { reason: 'leaked' });
  await apiKeys.close();
  const tails = [signing, bearer, next].map(({ secret }) => secret.slice(-49, -6));
  return { shown, secrets, tails, keyid: signing.keyid };
}

/** Where a secret is found, in any spelling. */
export function findSecrets({ secrets, tails }: Told, places: readonly Buffer[]): readonly string[] {
  const found = secrets.flatMap((secret, index) =>
    spellings(secret).flatMap((spelling) =>
      places.flatMap((place, at) => (place.includes(spelling) ? [`secret ${index} in place ${at}`] : [])),
    ),
  );
  const parts = tails.flatMap((tail) => places.flatMap((place, at) => (place.includes(tail) ? [`part of a secret in place ${at}`] : [])));
  return [...found, ...parts];
}
