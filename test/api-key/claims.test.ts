/** Secrets that wait to be claimed, and keys that consumers bring. */
import { createSigner, createVerifier, generateKeyPair, hmacSigner, memoryReplayStore, signRequest } from 'countersign';
import { type ClaimOptions, enrol, isApiKeyError } from 'countersign/api-keys';
import { describe, expect, it } from 'vitest';
import { openKeys } from './setup.ts';

const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'done';
  } catch (error) {
    return isApiKeyError(error) ? error.code : `${(error as Error).name}: ${(error as Error).message}`;
  }
};

const ME: ClaimOptions = { claimer: 'a secret of the page of one' };

const OTHER: ClaimOptions = { claimer: 'a secret of another browser' };

describe('a claim link', () => {
  async function open() {
    const opened = openKeys();
    const issued = await opened.apiKeys.issue({ kind: 'hmac', owner: 'jdoe' });
    const link = await opened.apiKeys.createClaim(issued);
    const alarms = () => opened.events.filter(({ action }) => action === 'claim_repeated').length;
    return { ...opened, issued, link, alarms };
  }

  it('hands the secret out once', async () => {
    const { apiKeys, issued, link, clock } = await open();
    expect(link).toEqual({ token: expect.stringMatching(/^[\w-]{43}$/), expiresAt: clock.now + 86_400 });
    expect(await apiKeys.claim(link.token, ME)).toEqual({ keyid: issued.keyid, secret: issued.secret });
    expect(await codeOf(() => apiKeys.claim(link.token, OTHER))).toBe('claim_used');
  });

  it('answers the same page again for five minutes, since answers get lost', async () => {
    const { apiKeys, issued, link, clock, alarms } = await open();
    await apiKeys.claim(link.token, ME);
    clock.now += 299;
    expect((await apiKeys.claim(link.token, ME)).secret).toBe(issued.secret);
    clock.now += 1;
    expect(await codeOf(() => apiKeys.claim(link.token, ME))).toBe('claim_used');
    expect(alarms()).toBe(1);
  });

  it('has one claimer of many, tells the others, and disables the key where that is wanted', async () => {
    const { apiKeys, issued, link, store, alarms } = await open();
    const claimers = Array.from({ length: 20 }, (_, index) => ({ claimer: `the secret of browser no. ${index}` }));
    const answers = await Promise.all(claimers.map((claimer) => codeOf(() => apiKeys.claim(link.token, claimer))));
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'claim_used')).toHaveLength(19);
    expect(alarms()).toBe(19);
    expect((await apiKeys.get(issued.keyid))?.status).toBe('active');
    expect(await codeOf(() => apiKeys.claim(link.token, { ...OTHER, disableOnSecondClaim: true }))).toBe('claim_used');
    expect(await apiKeys.get(issued.keyid)).toMatchObject({ status: 'disabled', reason: 'claimed twice' });
    await apiKeys.revoke(issued.keyid, { reason: 'x' });
    expect(await codeOf(() => apiKeys.claim(link.token, { ...OTHER, disableOnSecondClaim: true }))).toBe('claim_used');
    expect((await store.getClaim((await claimHash(link.token)) ?? ''))?.attempts).toBe(22);
  });

  const claimHash = async (token: string) => (await import('../../src/api-key/claim/token.ts')).hashToken(token, 'claim');

  it('ends by itself', async () => {
    const { apiKeys, issued, clock } = await open();
    const { token } = await apiKeys.createClaim(issued, { expiresIn: 60 });
    clock.now += 61;
    expect(await codeOf(() => apiKeys.claim(token, ME))).toBe('claim_expired');
  });

  it('leaves nothing in the store that opens the secret', async () => {
    const { link, issued, store } = await open();
    const claim = await store.getClaim(await claimHash(link.token));
    expect(JSON.stringify(claim)).not.toContain(link.token);
    expect(JSON.stringify(claim)).not.toContain(issued.secret.slice(-49));
    expect(claim?.hash).not.toBe(await (await import('../../src/api-key/claim/token.ts')).hashToken(link.token, 'enrol'));
  });

  it('notices what was changed, or stands in the place of another', async () => {
    const { apiKeys, link, issued, store, another } = await open();
    const second = await apiKeys.issue({ kind: 'hmac', owner: 'roe' });
    const other = await apiKeys.createClaim(second);
    const [one, two] = await Promise.all([link, other].map(async ({ token }) => store.getClaim(await claimHash(token))));
    const answers = async (change: object) =>
      codeOf(() => another({ store: { ...store, getClaim: () => ({ ...one!, ...change }) } }).claim(link.token, ME));
    expect(await answers({ sealed: two!.sealed })).toBe('sealed_mismatch');
    expect(await answers({ keyid: second.keyid })).toBe('sealed_mismatch');
    expect(await answers({ sealed: one!.sealed!.slice(0, -2) })).toBe('sealed_mismatch');
    expect(await answers({ sealed: '' })).toBe('sealed_mismatch');
    expect(await answers({ keyid: issued.keyid })).toBe('done');
  });

  it.each([
    ['a token that is none', ['x', ME], 'claim_unknown'],
    ['a token that was never given', ['A'.repeat(43), ME], 'claim_unknown'],
    ['a token of another type', [7, ME], 'TypeError: token must be a string'],
    ['no claimer', ['A'.repeat(43), {}], 'TypeError: claimer must be a string'],
    ['a short claimer', ['A'.repeat(43), { claimer: 'x' }], 'RangeError: claimer must be 22 to 128 characters'],
    [
      'a flag that is text',
      ['A'.repeat(43), { ...ME, disableOnSecondClaim: 'no' }],
      'TypeError: disableOnSecondClaim must be true or false',
    ],
  ])('refuses %s', async (_, given, expected) => {
    const { apiKeys } = openKeys();
    expect(await codeOf(() => apiKeys.claim(...(given as unknown as Parameters<typeof apiKeys.claim>)))).toBe(expected);
  });

  it('is made of what was issued', async () => {
    const { apiKeys } = openKeys();
    const issued = await apiKeys.issue({ kind: 'bearer', owner: 'jdoe' });
    expect(await codeOf(() => apiKeys.createClaim({ keyid: 'x', secret: issued.secret }))).toMatch(/^TypeError: issued must be/);
    expect(await codeOf(() => apiKeys.createClaim({} as never))).toMatch(/^TypeError: issued must be/);
    expect(await codeOf(() => apiKeys.createClaim(issued, { expiresIn: 32 * 86_400 }))).toMatch(/^RangeError: expiresIn/);
    const next = await apiKeys.rotate(issued.keyid, { overlap: 60 });
    expect(await codeOf(() => apiKeys.createClaim(next))).toBe('done');
  });
});

describe('an enrolment', () => {
  const KEY = { owner: 'jdoe', scopes: ['coins:write'], name: 'server', metadata: { a: 1 }, expiresIn: 1000 };

  it('registers a public key with the proof of its private half, once', async () => {
    const { apiKeys, clock } = openKeys();
    const { token } = await apiKeys.createEnrolment(KEY);
    const { privateKey, publicKey } = await generateKeyPair();
    const sent = JSON.parse(JSON.stringify(await enrol(token, { signer: createSigner({ privateKey }), publicKey })));
    clock.now += 10;
    const key = await apiKeys.acceptEnrolment(sent);
    expect(key).toMatchObject({
      keyid: privateKey.thumbprint,
      kind: 'ed25519',
      owner: 'jdoe',
      scopes: KEY.scopes,
      name: 'server',
      metadata: { a: 1 },
      notAfter: clock.now + 1000,
    });
    // Its answer was lost.
    expect((await apiKeys.acceptEnrolment(sent)).keyid).toBe(key.keyid);
    const other = await generateKeyPair();
    const second = await enrol(token, { signer: createSigner({ privateKey: other.privateKey }), publicKey: other.publicKey });
    expect(await codeOf(() => apiKeys.acceptEnrolment(second))).toBe('claim_used');
    expect((await apiKeys.events()).map(({ action }) => action)).toEqual(['enrolled']);
  });

  it('refuses a proof by another key, for another key or token, and uses nothing up by it', async () => {
    const { apiKeys } = openKeys();
    const [{ token }, other] = [await apiKeys.createEnrolment(KEY), await apiKeys.createEnrolment(KEY)];
    const [mine, stolen] = [await generateKeyPair(), await generateKeyPair()];
    const right = await enrol(token, { signer: createSigner({ privateKey: mine.privateKey }), publicKey: mine.publicKey });
    const byAnother = await enrol(token, { signer: createSigner({ privateKey: mine.privateKey }), publicKey: stolen.publicKey });
    const forAnother = await enrol(other.token, { signer: createSigner({ privateKey: mine.privateKey }), publicKey: mine.publicKey });
    const wrong: readonly (readonly [unknown, string])[] = [
      [byAnother, 'enrolment_refused'],
      [{ ...right, publicKey: stolen.publicKey.jwk }, 'enrolment_refused'],
      [{ ...forAnother, token }, 'enrolment_refused'],
      [{ ...right, proof: '' }, 'enrolment_refused'],
      [{ ...right, proof: '!' }, 'enrolment_refused'],
      [{ ...right, proof: 7 }, 'enrolment_refused'],
      [{ ...right, publicKey: null }, 'enrolment_refused'],
      [{ ...right, publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }, 'enrolment_refused'],
      [{ ...right, publicKey: { kty: 'EC', crv: 'P-256', x: right.publicKey.x } }, 'enrolment_refused'],
      [{ ...right, token: 'A'.repeat(43) }, 'claim_unknown'],
      [{ ...right, token: 'x' }, 'claim_unknown'],
      [{ ...right, token: 7 }, 'enrolment_refused'],
      [{}, 'enrolment_refused'],
      [null, 'TypeError: enrolment must be an object'],
      ['text', 'TypeError: enrolment must be an object'],
    ];
    for (const [given, code] of wrong)
      expect(await codeOf(() => apiKeys.acceptEnrolment(given as never)), JSON.stringify(given)).toBe(code);
    expect((await apiKeys.list()).keys).toEqual([]);
    expect(await codeOf(() => apiKeys.acceptEnrolment(right))).toBe('done');
  });

  it("registers no key that is another owner's, nor tells of it", async () => {
    const { apiKeys } = openKeys();
    const { privateKey, publicKey } = await generateKeyPair();
    await apiKeys.importPublicKey(publicKey, { owner: 'roe' });
    const { token } = await apiKeys.createEnrolment(KEY);
    const sent = await enrol(token, { signer: createSigner({ privateKey }), publicKey });
    for (let turn = 0; turn < 2; turn++) expect(await codeOf(() => apiKeys.acceptEnrolment(sent))).toBe('keyid_taken');
  });

  it('ends by itself, and takes what a key may be', async () => {
    const { apiKeys, clock } = openKeys();
    const { token } = await apiKeys.createEnrolment({ ...KEY, tokenExpiresIn: 60 });
    const { privateKey, publicKey } = await generateKeyPair();
    const sent = await enrol(token, { signer: createSigner({ privateKey }), publicKey });
    clock.now += 61;
    expect(await codeOf(() => apiKeys.acceptEnrolment(sent))).toBe('claim_expired');
    expect(await codeOf(() => apiKeys.createEnrolment({ owner: '' }))).toMatch(/^RangeError: owner/);
    expect(await codeOf(() => apiKeys.createEnrolment({ owner: 'a', scopes: ['a b'] }))).toMatch(/^RangeError: each of scopes/);
    expect(await codeOf(() => apiKeys.createEnrolment({ owner: 'a', expiresIn: -1 }))).toMatch(/^RangeError: expiresIn/);
    expect(await codeOf(() => apiKeys.createEnrolment({ owner: 'a', tokenExpiresIn: 0 }))).toMatch(/^RangeError: tokenExpiresIn/);
    await expect(enrol(token, { signer: hmacSigner({ keyid: 'a', secret: 'x'.repeat(32) }), publicKey })).rejects.toThrow(
      'signer must be of ed25519',
    );
    await expect(enrol('', { signer: createSigner({ privateKey }), publicKey })).rejects.toThrow('token must not be empty');
  });

  it('lets a consumer bring the successor of his key in a request that the old one signs', async () => {
    const { apiKeys, clock } = openKeys();
    const [old, fresh] = [await generateKeyPair(), await generateKeyPair()];
    await apiKeys.importPublicKey(old.publicKey, { owner: 'jdoe', scopes: ['coins:write'] });
    const keyid = old.privateKey.thumbprint!;
    const verifier = createVerifier({
      authority: 'bank.example',
      resolveKey: apiKeys.resolveKey,
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
      now: () => clock.now,
    });
    const body = new TextEncoder().encode(
      JSON.stringify(await enrol(keyid, { signer: createSigner({ privateKey: fresh.privateKey }), publicKey: fresh.publicKey })),
    );
    const message = { method: 'POST', scheme: 'https', authority: 'bank.example', target: '/keys', fields: [], body };
    const { fields } = await signRequest(message, { signer: createSigner({ privateKey: old.privateKey }), now: () => clock.now });
    const verified = await verifier.verifyRequest({ ...message, fields });
    const sent = verified.json() as never;
    const stolen = await enrol('another keyid', { signer: createSigner({ privateKey: fresh.privateKey }), publicKey: fresh.publicKey });
    expect(await codeOf(() => apiKeys.acceptSuccessor(verified.consumer!, stolen, { overlap: 60 }))).toBe('enrolment_refused');
    const weak = { ...verified.consumer!, proof: 'secret' as const };
    expect(await codeOf(() => apiKeys.acceptSuccessor(weak, sent, { overlap: 60 }))).toMatch(/proof insufficient/);
    const next = await apiKeys.acceptSuccessor(verified.consumer!, sent, { overlap: 60 });
    expect(next).toMatchObject({ keyid: fresh.privateKey.thumbprint, generation: 2, series: keyid, scopes: ['coins:write'] });
    expect(await apiKeys.get(keyid)).toMatchObject({ replacedBy: next.keyid, overlapUntil: clock.now + 60 });
    expect((await apiKeys.events()).at(-1)).toMatchObject({ actor: 'jdoe', action: 'rotated' });
  });
});
