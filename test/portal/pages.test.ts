/** What developers and staff do with the pages, form by form, without JavaScript. */
import { createSigner, createVerifier, generateKeyPair, hmacSigner, memoryReplayStore, signRequest } from 'countersign';
import { enrol, memoryKeyStore } from 'countersign/api-keys';
import { describe, expect, it } from 'vitest';
import { allKeys, BASE, fieldsOf, JDOE, NEW_KEY, openPortal, ROE, requestKey, STAFF, type Visitor } from './support.ts';

const NEW = `${BASE}/new`;

describe('requesting a key', () => {
  it('shows the secret once, which signs', async () => {
    const { visit, apiKeys, clock } = openPortal();
    const { keyid, secret, page } = await requestKey(visit(JDOE), { scopes: ['coins:read'] });
    expect(page.status).toBe(200);
    expect(await apiKeys.get(keyid)).toMatchObject({
      ...{ owner: 'jdoe', tenant: '', name: 'billing', scopes: ['coins:read'], kind: 'hmac', notAfter: clock.now + 90 * 86_400 },
    });
    expect((await apiKeys.events({ keyid }))[0]).toMatchObject({ actor: 'jdoe', action: 'issued' });
    const now = () => clock.now;
    const message = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/coins', fields: [] };
    const { fields } = await signRequest(message, { signer: hmacSigner({ keyid, secret }), now });
    const replayStore = memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true });
    const verifier = createVerifier({ authority: 'bank.example', resolveKey: apiKeys.resolveKey, replayStore, now });
    expect((await verifier.verifyRequest({ ...message, fields })).consumer?.owner).toBe('jdoe');
    const visitor = visit(JDOE);
    for (const path of [BASE, `${BASE}/key/${keyid}`]) expect((await visitor.get(path)).html).not.toContain(secret);
  });

  it('sent again makes no second key, and shows nothing', async () => {
    const { visit, apiKeys } = openPortal();
    const visitor = visit(JDOE);
    const { html } = await visitor.get(NEW);
    const sent = { ...fieldsOf(html, NEW), ...NEW_KEY };
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => visitor.post(NEW, sent)));
    const all = [first!, ...others, await visitor.post(NEW, sent)];
    expect(all.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const [key] = await allKeys(apiKeys);
    expect(await allKeys(apiKeys)).toHaveLength(1);
    for (const { status, html: page } of all) expect(page.includes(`_sec_${key!.keyid.slice(-16)}`)).toBe(status === 200);
  });

  it.each([
    ['no name', { name: '  ' }, 'name', 'Give the key a name.'],
    ['a name that is too long', { name: 'x'.repeat(101) }, 'name', 'The name is longer than 100 characters.'],
    ['a name with control characters', { name: 'a\u0007b' }, 'name', 'The name has characters that cannot be seen.'],
    ['a name that turns the text around', { name: 'a\u202eb' }, 'name', 'The name has characters that cannot be seen.'],
    ['no kind', { kind: '' }, 'kind', 'Choose what you want to get.'],
    ['another kind', { kind: 'rsa' }, 'kind', 'Choose what you want to get.'],
    ['a scope that is not offered', { scopes: ['coins:mint'] }, 'scopes', 'Choose among what is offered here.'],
    ['a lifetime that is not offered', { lifetime: '1' }, 'lifetime', 'Choose when it ends.'],
    ['a lifetime that is none', { lifetime: 'toString' }, 'lifetime', 'Choose when it ends.'],
  ])('says what is wrong beside the field: %s', async (_, filled, field, words) => {
    const { visit, apiKeys } = openPortal();
    const { page } = await requestKey(visit(JDOE), { scopes: ['coins:read'], ...filled });
    expect(page.status).toBe(422);
    expect(page.html).toContain(`<p class="problem" id="${field}-problem">${words}</p>`);
    expect(page.html).toContain(`<a href="#${field}">${words}</a>`);
    expect(page.html).toMatch(new RegExp(`aria-describedby="[^"]*${field}-problem"`));
    expect(await allKeys(apiKeys)).toEqual([]);
    // What was filled in stays.
    if (!('name' in filled)) expect(page.html).toContain('value="billing"');
    if (!('scopes' in filled)) expect(page.html).toContain('value="coins:read" checked');
  });

  it('offers what the provider offers this user, and no more', async () => {
    const { visit } = openPortal({ scopes: ({ owner }) => [{ scope: `${owner}:all` }], kinds: ['bearer'], lifetimes: [3600] });
    const page = await visit(ROE).get(NEW);
    expect(page.html).toContain('value="roe:all"');
    expect(page.html).not.toMatch(/value="(?:hmac|ed25519|forever)"/);
    expect((await requestKey(visit(ROE), { kind: 'hmac', lifetime: '3600' })).page.status).toBe(422);
    const { secret } = await requestKey(visit(ROE), { kind: 'bearer', lifetime: '3600', scopes: ['roe:all'] });
    expect(secret).toMatch(/^bank_live_/);
  });

  it('says when there are too many', async () => {
    const { visit } = openPortal({}, { maxKeysPerOwner: 1 });
    await requestKey(visit(JDOE));
    const { page } = await requestKey(visit(JDOE));
    expect(page.status).toBe(409);
    expect(page.html).toContain('You have as many keys as you may.');
  });

  it('saves key and secret as a file, which no page says again', async () => {
    const { visit } = openPortal();
    const { keyid, secret, page } = await requestKey(visit(JDOE));
    const answer = await visit(JDOE).post(`${BASE}/env`, fieldsOf(page.html, `${BASE}/env`));
    expect(answer.html).toBe(`COUNTERSIGN_KEYID=${keyid}\nCOUNTERSIGN_SECRET=${secret}\n`);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${keyid}.env"`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const { token = '' } = fieldsOf(page.html, `${BASE}/env`);
    for (const wrong of [`${secret}\nX=1`, secret.slice(1), '<b>', ''])
      expect((await visit(JDOE).post(`${BASE}/env`, { token, keyid, secret: wrong })).status).toBe(400);
  });
});

async function makePair(challenge: string) {
  const pair = await generateKeyPair();
  return enrol(challenge, { signer: createSigner({ privateKey: pair.privateKey }), publicKey: pair.publicKey });
}

describe('a key pair', () => {
  async function register(visitor: Visitor) {
    const { page } = await requestKey(visitor, { kind: 'ed25519' });
    const fields = fieldsOf(page.html, `${BASE}/enrol`);
    const { publicKey, proof } = await makePair(fields['challenge']!);
    return { fields, sent: { ...fields, x: publicKey.x!, proof } };
  }

  it('is registered with the proof that the private half is there, once', async () => {
    const { visit, apiKeys } = openPortal();
    const { sent, fields } = await register(visit(JDOE));
    expect(await allKeys(apiKeys)).toEqual([]);
    const answer = await visit(JDOE).post(`${BASE}/enrol`, sent);
    expect(answer.status).toBe(303);
    const [key] = await allKeys(apiKeys);
    expect(key).toMatchObject({ kind: 'ed25519', owner: 'jdoe', name: 'billing' });
    expect(answer.headers.get('location')).toBe(`${BASE}/key/${key!.keyid}?done=registered`);
    // Sent again it is the same; another pair with this form is refused.
    expect((await visit(JDOE).post(`${BASE}/enrol`, sent)).status).toBe(303);
    const other = await makePair(fields['challenge']!);
    expect((await visit(JDOE).post(`${BASE}/enrol`, { ...fields, x: other.publicKey.x!, proof: other.proof })).status).toBe(409);
    expect(await allKeys(apiKeys)).toHaveLength(1);
  });

  it('is refused without the proof, with another’s, and for another challenge', async () => {
    const { visit, apiKeys, clock } = openPortal();
    const { sent, fields } = await register(visit(JDOE));
    const other = await makePair('another');
    for (const wrong of [
      { proof: '' },
      { proof: other.proof },
      { x: other.publicKey.x! },
      { x: other.publicKey.x!, proof: other.proof },
      { x: '<b>' },
    ])
      expect((await visit(JDOE).post(`${BASE}/enrol`, { ...sent, ...wrong })).status).toBe(422);
    expect((await visit(JDOE).post(`${BASE}/enrol`, { ...sent, challenge: 'x' })).status).toBe(403);
    expect((await visit(ROE).post(`${BASE}/enrol`, sent)).status).toBe(403);
    expect(await allKeys(apiKeys)).toEqual([]);
    clock.now += 3601;
    expect((await visit(JDOE).post(`${BASE}/enrol`, { ...fields, ...sent })).status).toBe(409);
  });

  it('is rotated to another one', async () => {
    const { visit, apiKeys, clock } = openPortal();
    const visitor = visit(JDOE);
    await visitor.post(`${BASE}/enrol`, (await register(visitor)).sent);
    const [key] = await allKeys(apiKeys);
    const page = `${BASE}/key/${key!.keyid}`;
    const made = await visitor.submit(page, `${page}/rotate`, { overlap: '3600' });
    const fields = fieldsOf(made.html, `${page}/rotate-to`);
    const { publicKey, proof } = await makePair(fields['challenge']!);
    const sent = { ...fields, x: publicKey.x!, proof };
    expect((await visitor.post(`${page}/rotate-to`, { ...sent, proof: `${proof.slice(0, -4)}AAAA` })).status).toBe(422);
    expect((await visitor.post(`${page}/rotate-to`, sent)).status).toBe(303);
    expect((await visitor.post(`${page}/rotate-to`, sent)).status).toBe(409);
    const keys = await allKeys(apiKeys);
    expect(keys).toHaveLength(2);
    expect(await apiKeys.get(key!.keyid)).toMatchObject({
      overlapUntil: clock.now + 3600,
      replacedBy: expect.stringMatching(/^[\w-]{43}$/),
    });
  });
});

describe('a key', () => {
  async function open() {
    const opened = openPortal();
    const visitor = opened.visit(JDOE);
    const { keyid } = await requestKey(visitor);
    return { ...opened, visitor, keyid, page: `${BASE}/key/${keyid}` };
  }

  it('is rotated with an overlap: the new secret is shown, once', async () => {
    const { visitor, page, keyid, apiKeys, clock } = await open();
    const { html } = await visitor.get(page);
    const sent = { ...fieldsOf(html, `${page}/rotate`), overlap: '86400' };
    const answers = await Promise.all([visitor.post(`${page}/rotate`, sent), visitor.post(`${page}/rotate`, sent)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { replacedBy, overlapUntil } = (await apiKeys.get(keyid))!;
    expect(overlapUntil).toBe(clock.now + 86_400);
    expect(answers.find(({ status }) => status === 200)?.html).toContain(`bank_live_sec_${replacedBy!.slice(-16)}_`);
    const after = await visitor.get(page);
    expect(after.html).toContain(`<a href="${BASE}/key/${replacedBy}">`);
    expect(after.html).not.toContain(`${page}/rotate"`);
    for (const overlap of ['', '1', 'x', '86400.0'])
      expect((await visitor.submit(`${BASE}/key/${replacedBy}`, `${BASE}/key/${replacedBy}/rotate`, { overlap })).status).toBe(422);
  });

  it('is not rotated for longer than it lives', async () => {
    const { visit, apiKeys } = openPortal();
    const { keyid } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', expiresIn: 7200 });
    const page = `${BASE}/key/${keyid}`;
    const answer = await visit(JDOE).submit(page, `${page}/rotate`, { overlap: '86400' });
    expect(answer.status).toBe(422);
    expect(answer.html).toContain('choose a shorter time');
  });

  it('is disabled, enabled, and revoked with a reason; each leads back to its page', async () => {
    const { visitor, page, keyid, apiKeys } = await open();
    for (const [action, filled, status] of [
      ['disable', {}, 'disabled'],
      ['enable', {}, 'active'],
      ['revoke', { reason: 'leaked <b>', sure: 'yes' }, 'revoked'],
    ] as const) {
      const answer = await visitor.submit(page, `${page}/${action}`, filled);
      expect([action, answer.status, answer.html]).toEqual([action, 303, '']);
      expect(answer.headers.get('location')).toMatch(new RegExp(`^${page}\\?done=\\w+$`));
      expect((await apiKeys.get(keyid))?.status).toBe(status);
      expect((await visitor.get(answer.headers.get('location')!)).html).toContain('role="status"');
    }
    const { html } = await visitor.get(page);
    expect(html).toContain('leaked &lt;b&gt;');
    expect(html).not.toContain('<form');
  });

  it('asks for a reason and for certainty before it ends', async () => {
    const { visitor, page, keyid, apiKeys } = await open();
    for (const [filled, words] of [
      [{ sure: 'yes' }, 'Say why, in a few words.'],
      [{ reason: 'x' }, 'Tick this, to be sure.'],
      [{ reason: 'x'.repeat(201), sure: 'yes' }, 'The reason is longer than 200 characters.'],
    ] as const) {
      const answer = await visitor.submit(page, `${page}/revoke`, filled);
      expect(answer.status).toBe(422);
      expect(answer.html).toContain(words);
      expect(answer.html).toContain('name="deed" open');
    }
    expect((await apiKeys.get(keyid))?.status).toBe('active');
  });

  it('is not changed as it was seen by a page that is old', async () => {
    const { visitor, page, keyid, apiKeys } = await open();
    const old = fieldsOf((await visitor.get(page)).html, `${page}/disable`);
    await apiKeys.update(keyid, { name: 'other' });
    for (const action of ['disable', 'rotate', 'revoke'])
      expect((await visitor.post(`${page}/${action}`, { ...old, overlap: '0', reason: 'x', sure: 'yes' })).status).toBe(409);
    for (const revision of ['', 'x', '-1', '9'.repeat(40)])
      expect((await visitor.post(`${page}/disable`, { ...old, revision })).status).toBe(409);
    expect((await apiKeys.get(keyid))?.status).toBe('active');
  });

  it('shows when it was used', async () => {
    const { visit, apiKeys, clock } = openPortal();
    const visitor = visit(JDOE);
    const { keyid, secret } = await requestKey(visitor, { kind: 'bearer' });
    const page = `${BASE}/key/${keyid}`;
    expect((await visitor.get(page)).html).toMatch(/Last used<\/dt><dd>never/);
    clock.now += 3600;
    await apiKeys.authenticate(new Request('https://bank.example/', { headers: { authorization: `Bearer ${secret}` } }));
    await apiKeys.flush();
    clock.now += 7200;
    expect((await visitor.get(page)).html).toMatch(
      /Last used<\/dt><dd><time datetime="[^"]+">[^<]+ UTC<\/time> <span class="soft">\(2 hours ago\)/,
    );
  });

  it('has whatever name it has as text', async () => {
    const { visit, apiKeys } = openPortal();
    const name = `"><img src=x onerror=alert(1)>'&`;
    const { keyid } = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', name, scopes: ["<s>'&"] });
    for (const path of [BASE, `${BASE}/key/${keyid}`, `${BASE}/all`, `${BASE}/audit`]) {
      const { html } = await visit({ ...STAFF, owner: 'jdoe', name: '<i>' }).get(path);
      expect(html, path).not.toMatch(/<img|<s>|<i>/);
      expect(html, path).toContain('&lt;img src=x onerror=alert(1)&gt;');
    }
  });
});

describe('staff', () => {
  async function open() {
    const opened = openPortal();
    const { apiKeys, clock, visit } = opened;
    const old = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', name: 'old one', expiresIn: 30 * 86_400 });
    const gone = await apiKeys.issue({ kind: 'bearer', owner: 'roe', tenant: 'acme', name: 'gone one', actor: 'roe' });
    await apiKeys.revoke(gone.keyid, { reason: 'leaked', actor: 'roe' });
    clock.now += 28 * 86_400;
    const fresh = await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', name: 'fresh one' });
    return { ...opened, staff: visit(STAFF), old, gone, fresh };
  }

  it('filters by owner, tenant, state, use and end', async () => {
    const { staff } = await open();
    const shown = async (query: string) => {
      const { html, status } = await staff.get(`${BASE}/all?${query}`);
      return [status, ...['old one', 'gone one', 'fresh one'].filter((name) => html.includes(name))];
    };
    expect(await shown('')).toEqual([200, 'old one', 'gone one', 'fresh one']);
    expect(await shown('owner=jdoe')).toEqual([200, 'old one', 'fresh one']);
    expect(await shown('tenant=acme')).toEqual([200, 'gone one']);
    expect(await shown('state=revoked')).toEqual([200, 'gone one']);
    expect(await shown('unused=604800&state=active')).toEqual([200, 'old one']);
    expect(await shown('expiring=604800')).toEqual([200, 'old one']);
    expect(await shown('owner=nobody')).toEqual([200]);
    expect(await shown('state=toString&unused=-1&expiring=x')).toEqual([200, 'old one', 'gone one', 'fresh one']);
    expect((await staff.get(`${BASE}/all?after=%3Cb%3E`)).status).toBe(400);
  });

  it('finds by a form: by owner, by keyid, and by a whole key, which gets into no address', async () => {
    const { staff, gone, old } = await open();
    const find = async (filled: Record<string, string>) => {
      const { status, headers, html } = await staff.submit(`${BASE}/all`, `${BASE}/all`, filled);
      expect(html).not.toContain(gone.secret);
      return [status, headers.get('location')];
    };
    expect(await find({ q: 'jdoe', state: 'active' })).toEqual([303, `${BASE}/all?owner=jdoe&state=active`]);
    expect(await find({ q: old.keyid })).toEqual([303, `${BASE}/key/${old.keyid}`]);
    expect(await find({ q: ` ${gone.secret} ` })).toEqual([303, `${BASE}/key/${gone.keyid}`]);
    expect(await find({ q: old.secret })).toEqual([303, `${BASE}/key/${old.keyid}`]);
    expect(await find({ q: gone.secret.slice(0, -1) })).toEqual([422, null]);
    for (const pasted of [gone.secret, gone.secret.slice(0, -1)]) {
      expect(await find({ tenant: pasted })).toEqual([422, null]);
      expect(await find({ q: pasted.slice(0, -2), tenant: pasted })).toEqual([422, null]);
    }
    expect(await find({ tenant: 'a'.repeat(40) })).toEqual([303, `${BASE}/all?tenant=${'a'.repeat(40)}`]);
    expect(await find({ q: 'a\u0000b' })).toEqual([422, null]);
    expect(await find({})).toEqual([303, `${BASE}/all`]);
  });

  it('goes through many keys page by page', async () => {
    const { visit, apiKeys } = openPortal();
    for (let index = 0; index < 120; index++) await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', name: `key number ${index}.` });
    for (const path of [BASE, `${BASE}/all`]) {
      const seen: string[] = [];
      let next: string | undefined = path;
      while (next !== undefined) {
        const { html } = await visit({ ...STAFF, owner: 'jdoe' }).get(next);
        seen.push(...[...html.matchAll(/key number \d+\./g)].map(([name]) => name));
        next = /href="([^"]+after=[^"]+)">More/.exec(html)?.[1]?.replaceAll('&amp;', '&');
      }
      expect(new Set(seen).size).toBe(120);
    }
  });

  it('reads the audit, the latest first, page by page, also of another process', async () => {
    const { visit, apiKeys, another } = openPortal();
    for (let index = 0; index < 60; index++) await apiKeys.issue({ kind: 'hmac', owner: 'jdoe', name: `of here ${index}.` });
    for (let index = 0; index < 60; index++)
      await another().issue({ kind: 'hmac', owner: 'roe', name: `of there ${index}.`, actor: 'roe' });
    const { html } = await visit(STAFF).get(`${BASE}/audit`);
    const names = [...html.matchAll(/of there \d+\./g)].map(([name]) => name);
    expect([names[0], names.at(-1), names.length]).toEqual(['of there 59.', 'of there 10.', 50]);
    const earlier = /href="([^"]+)">Earlier/.exec(html)?.[1];
    expect((await visit(STAFF).get(earlier!)).html).toContain('of here 59.');
    for (const [after, status] of [
      ['0', 200],
      ['999999', 200],
      ['-1', 400],
      ['x', 400],
      ['', 400],
    ] as const)
      expect((await visit(STAFF).get(`${BASE}/audit?after=${after}`)).status).toBe(status);
  });
});

describe('what fails', () => {
  it('is a page with 503 wherever the store fails, and told to the provider alone', async () => {
    const store = memoryKeyStore();
    const broken = { fails: false };
    const failing = Object.fromEntries(
      Object.entries(store).map(([name, method]) => [
        name,
        (...args: unknown[]) => {
          if (broken.fails) throw new Error('the database says: password of admin wrong');
          return (method as (...all: unknown[]) => unknown)(...args);
        },
      ]),
    ) as unknown as typeof store;
    const { visit, told } = openPortal({}, { store: failing });
    const visitor = visit(STAFF);
    const { keyid } = await requestKey(visitor);
    const page = `${BASE}/key/${keyid}`;
    const form = fieldsOf((await visitor.get(page)).html, `${page}/revoke`);
    const fresh = fieldsOf((await visitor.get(NEW)).html, NEW);
    broken.fails = true;
    const answers = [
      await visitor.get(BASE),
      await visitor.get(page),
      await visitor.get(`${BASE}/all`),
      await visitor.get(`${BASE}/audit`),
      await visitor.post(NEW, { ...fresh, ...NEW_KEY }),
      await visitor.post(`${page}/revoke`, { ...form, reason: 'x', sure: 'yes' }),
    ];
    for (const { status, html, headers } of answers) {
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('60');
      expect(html).toContain('cannot be reached');
      expect(html).not.toContain('password');
    }
    expect(told).toHaveLength(answers.length);
  });

  it('is one where authenticate fails, or answers nonsense', async () => {
    for (const answer of [
      () => Promise.reject(new Error('down')),
      () => ({ id: 'jdoe' }),
      () => ({ owner: '' }),
      () => ({ owner: 'jdoe', staff: 'no' }),
      () => 'jdoe',
    ]) {
      const { portal, told } = openPortal({ authenticate: answer as never });
      expect((await portal(new Request(`https://bank.example${BASE}`))).status).toBe(503);
      expect(told).toHaveLength(1);
    }
  });
});
