/**
 * The portal of `npm run demo -- --serve`, as people use it, in Chromium and Firefox: a key is requested, used, rotated and revoked; by pointer, by
 * keyboard alone, and, in Chromium, without JavaScript. What was secret is then looked for wherever it must not be.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BROWSERS, type BrowserProgram, hasBrowser, launchBrowser, type Tab } from './support/browsers.ts';
import { type Demo, openDemo } from './support/demo-page.ts';
import { root } from './support/manifest.ts';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

const artifacts = join(root, 'artifacts');
const scratch = mkdtempSync(join(root, '.cache-portal-'));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const opened: { demo?: Demo; browsers: Browser[] } = { browsers: [] };

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  opened.demo = await openDemo();
});

afterEach(async () => {
  for (const browser of opened.browsers.splice(0)) await browser.close();
});

afterAll(async () => {
  await opened.demo?.close();
  rmSync(scratch, { recursive: true, force: true });
});

const url = (path: string): string => opened.demo!.origin + path;

async function open(program: BrowserProgram, looks: Parameters<typeof launchBrowser>[1] = {}): Promise<Tab> {
  const browser = await launchBrowser(program, looks);
  opened.browsers.push(browser);
  const tab = await browser.newPage();
  await tab.setViewport({ width: 1200, height: 900 });
  return tab;
}

const text = (tab: Tab, selector: string): Promise<string> => tab.$eval(selector, (element) => element.textContent ?? '');

/** Clicks what leads to another page, and waits for that. */
async function follow(tab: Tab, selector: string): Promise<void> {
  await Promise.all([tab.waitForNavigation(), tab.click(selector)]);
}

async function logIn(tab: Tab, who: string): Promise<void> {
  await tab.goto(url('/keys'));
  await follow(tab, `button[value="${who}"]`);
}

/** Fills the form in, and sends it; keyid and secret as the page shows them. */
async function request(tab: Tab, name: string): Promise<{ readonly keyid: string; readonly secret: string }> {
  await tab.goto(url('/keys/new'));
  await tab.type('#name', name);
  await tab.click('input[value="coins:write"]');
  await follow(tab, 'form button[type=submit]');
  return shown(tab);
}

const shown = async (tab: Tab) => ({ keyid: await text(tab, '#keyid-value'), secret: await text(tab, '#secret-value') });

/** What a program that is pasted prints. */
function run(command: string, args: readonly string[], input?: string, env: Readonly<Record<string, string>> = {}): string {
  const { stdout, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8', cwd: root, env: { ...process.env, ...env } });
  if (error) throw error;
  return stdout + stderr;
}

const programs = (tab: Tab): Promise<string[]> => tab.$$eval('pre code', (all) => all.map((code) => code.textContent ?? ''));

/** Everything that a page says: text, attributes, values of fields. */
const everything = (tab: Tab): Promise<string> =>
  tab.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(({ value }) => value).join('\n'));

async function axeFaults(tab: Tab): Promise<readonly string[]> {
  await tab.evaluate(AXE);
  const results = (await tab.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  };
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** With what is saved, gone back to and loaded again. */
function clicking(program: BrowserProgram): void {
  it('a key is requested, copied, used, rotated, and revoked, by clicking', async () => {
    const downloads = mkdtempSync(join(scratch, 'downloads-'));
    const tab = await open(program, { downloads });
    await logIn(tab, 'jdoe');
    expect(await text(tab, 'h1')).toBe('My keys');
    await follow(tab, 'a[href="/keys/new"].button');
    const first = await request(tab, 'the shop, production');
    expect(first.secret).toMatch(/^bank_live_sec_/);
    // The address is the key's own page, for a reload asks for nothing again.
    expect(tab.url()).toBe(url(`/keys/key/${first.keyid}`));
    const [curl = '', javascript = '', python = ''] = await programs(tab);

    await tab.click('button[data-copy="secret-value"]');
    await tab.waitForFunction(() => document.querySelector('button[data-copy="secret-value"]')?.textContent !== 'Copy');
    expect(await text(tab, '.aloud')).toMatch(/Copied|Selected/);
    await tab.click('form[action="/keys/env"] button');
    const saved = await waitFor(() => readdirSync(downloads).find((name) => name.endsWith('.env')));
    expect(readFileSync(join(downloads, saved), 'utf8')).toBe(`COUNTERSIGN_KEYID=${first.keyid}\nCOUNTERSIGN_SECRET=${first.secret}\n`);

    // Pasted as they are.
    expect(run('bash', [], curl)).toMatch(/HTTP\/1\.1 200[\s\S]*"credited":10/);
    expect(run('python3', ['-'], python)).toMatch(/^200 \{"credited":10/);
    const file = join(root, `.cache-first-${program.name}.mjs`);
    writeFileSync(file, javascript);
    try {
      expect(run(process.execPath, [file])).toMatch(/^200 \{"credited":10/);
    } finally {
      rmSync(file);
    }

    // Gone from here on: left, gone back to, loaded again.
    await tab.goto(url('/keys'));
    expect(await everything(tab)).not.toContain(first.secret);
    await tab.evaluate(() => history.back());
    await tab.waitForFunction(() => location.pathname.includes('/key/') && document.readyState === 'complete');
    expect(await everything(tab)).not.toContain(first.secret);
    await tab.reload();
    expect(await everything(tab)).not.toContain(first.secret);
    expect(await text(tab, 'h1')).toBe('the shop, production');
    expect(await text(tab, '.facts')).toMatch(/Last used\d+ \w+ \d{4}/);
    // The programs without the secret, which comes from the file.
    const env = { COUNTERSIGN_SECRET: first.secret };
    const [later = ''] = await programs(tab);
    expect(run('bash', [], later, env)).toContain('"credited":10');

    await openDeed(tab, 'rotate');
    await tab.select('#overlap', '0');
    await follow(tab, 'form[action$="/rotate"] button');
    const second = await shown(tab);
    expect(second.keyid).not.toBe(first.keyid);
    const [next = ''] = await programs(tab);
    expect(run('bash', [], next)).toContain('"credited":10');
    expect(await waitFor(() => (/HTTP\/1\.1 401/.test(run('bash', [], curl)) ? 'refused' : undefined))).toBe('refused');

    await tab.goto(url(`/keys/key/${second.keyid}`));
    await openDeed(tab, 'revoke');
    await follow(tab, 'form[action$="/revoke"] button');
    expect(await text(tab, '.alert')).toContain('Say why');
    expect(await tab.evaluate(() => document.activeElement?.className)).toBe('alert');
    await tab.type('#reason', 'the demo is over');
    await tab.click('#sure');
    await follow(tab, 'form[action$="/revoke"] button');
    expect(await text(tab, '.notice')).toContain('revoked');
    expect(await text(tab, '.state')).toBe('Revoked');
    expect(await waitFor(() => (/HTTP\/1\.1 401/.test(run('bash', [], next)) ? 'refused' : undefined))).toBe('refused');
    for (const path of ['/keys', `/keys/key/${first.keyid}`, `/keys/key/${second.keyid}`]) {
      await tab.goto(url(path));
      for (const { secret } of [first, second]) expect(await everything(tab)).not.toContain(secret);
    }
  });
}

function suite(program: BrowserProgram): void {
  it('a key pair is made in the browser, kept there, and signs in a page of the same origin', async () => {
    const tab = await open(program);
    await logIn(tab, 'jdoe');
    await tab.goto(url('/keys/new'));
    await tab.type('#name', 'this browser');
    await tab.click('input[value="ed25519"]');
    await follow(tab, 'form button[type=submit]');
    expect(await text(tab, 'h1')).toBe('Make a key pair');
    await follow(tab, 'form[data-key-pair] button');
    expect(await text(tab, '.notice')).toContain('registered');
    const keyid = await text(tab, '#keyid-value');
    expect(keyid).toMatch(/^[\w-]{43}$/);
    const kept = await tab.evaluate(async (name) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open('countersign', 1);
        opening.onsuccess = () => resolve(opening.result);
      });
      const pair = await new Promise<CryptoKeyPair>((resolve) => {
        const reading = database.transaction('keys').objectStore('keys').get(name) as IDBRequest<CryptoKeyPair>;
        reading.onsuccess = () => resolve(reading.result);
      });
      database.close();
      return [pair.privateKey.extractable, pair.privateKey.usages.join(), pair.privateKey.algorithm.name];
    }, keyid);
    expect(kept).toEqual([false, 'sign', 'Ed25519']);
    await openDeed(tab, 'rotate');
    await follow(tab, 'form[action$="/rotate"] button');
    await follow(tab, 'form[data-key-pair] button');
    expect(await text(tab, '#keyid-value')).not.toBe(keyid);
  });

  it('is used by keyboard alone', async () => {
    const tab = await open(program);
    await logIn(tab, 'roe');
    const focused = (): Promise<string> =>
      tab.evaluate(() => (document.activeElement as HTMLInputElement).id || document.activeElement?.textContent?.trim() || '');
    const tabTo = async (wanted: string, most = 40): Promise<void> => {
      for (let count = 0; count < most; count++) {
        await tab.keyboard.press('Tab');
        const width = await tab.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
        if (await tab.evaluate(() => document.activeElement !== document.body)) expect(width).not.toBe('none');
        if ((await focused()) === wanted) return;
      }
      throw new Error(`Tab never came to ${wanted}`);
    };
    await tab.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await tabTo('Request a key');
    await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')]);
    await tabTo('name');
    await tab.keyboard.type('by keyboard');
    await tabTo('Request key');
    await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')]);
    const { secret } = await shown(tab);
    expect(secret).toMatch(/^bank_live_sec_/);
    await tabTo('I have it: go on');
    await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')]);
    await tabTo('Revoke');
    await tab.keyboard.press('Enter');
    await tabTo('reason');
    await tab.keyboard.type('not needed');
    await tabTo('sure');
    await tab.keyboard.press(' ');
    await tabTo('Revoke for ever');
    await Promise.all([tab.waitForNavigation(), tab.keyboard.press('Enter')]);
    expect(await text(tab, '.state')).toBe('Revoked');
  });

  it('shows staff all keys, finds one by its secret, and stops it', async () => {
    const tab = await open(program);
    await logIn(tab, 'jdoe');
    const { keyid, secret } = await request(tab, 'found on a wiki');
    await tab.goto(url('/log-out'));
    await follow(tab, 'button[value="sam"]');
    expect(await text(tab, 'h1')).toBe('All keys');
    await tab.type('#q', secret);
    await follow(tab, 'form.filters button');
    expect(tab.url()).toBe(url(`/keys/key/${keyid}`));
    expect(await text(tab, '.facts')).toContain('Ownerjdoe');
    await openDeed(tab, 'disable');
    await follow(tab, 'form[action$="/disable"] button');
    expect(await text(tab, '.state')).toBe('Disabled');
    await tab.goto(url('/keys/audit'));
    expect(await text(tab, '.changes')).toMatch(/Disabled by sam \(staff\)\s+found on a wiki/);
  });
}

async function openDeed(tab: Tab, action: string): Promise<void> {
  const isOpen = await tab.$eval(`details:has(form[action$="/${action}"])`, (details) => (details as HTMLDetailsElement).open);
  if (!isOpen) await tab.click(`details:has(form[action$="/${action}"]) > summary`);
}

/** What comes in a while: a download, a revocation in another process. */
async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}

/** Every page, in every state that looks different. */
const PAGES: readonly (readonly [name: string, visit: (tab: Tab) => Promise<unknown>])[] = [
  ['my-keys', (tab) => tab.goto(url('/keys'))],
  ['new', (tab) => tab.goto(url('/keys/new'))],
  [
    'new-problem',
    async (tab) => {
      await tab.goto(url('/keys/new'));
      await follow(tab, 'form button[type=submit]');
    },
  ],
  ['issued', (tab) => request(tab, 'the shop, production')],
  [
    'key-pair',
    async (tab) => {
      await tab.goto(url('/keys/new'));
      await tab.type('#name', 'this browser');
      await tab.click('input[value="ed25519"]');
      await follow(tab, 'form button[type=submit]');
    },
  ],
  [
    'key',
    async (tab) => {
      await tab.goto(url('/keys'));
      await follow(tab, '.card a');
      await openDeed(tab, 'rotate');
    },
  ],
  [
    'revoke-problem',
    async (tab) => {
      await tab.goto(url('/keys'));
      await follow(tab, '.card a');
      await openDeed(tab, 'revoke');
      await follow(tab, 'form[action$="/revoke"] button');
    },
  ],
  ['all', (tab) => tab.goto(url('/keys/all'))],
  ['all-none', (tab) => tab.goto(url('/keys/all?owner=nobody'))],
  ['audit', (tab) => tab.goto(url('/keys/audit'))],
  ['not-found', (tab) => tab.goto(url('/keys/nothing'))],
  ['log-in', (tab) => tab.goto(url('/log-in'))],
];

function looks(program: BrowserProgram): void {
  it.each(['light', 'dark'] as const)('has no fault that axe knows, nor anything out of sight, on any page: %s', async (scheme) => {
    const tab = await open(program);
    await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const complaints: string[] = [];
    tab.on('console', (message) => {
      // What Chromium says of every page with a status of 400 or more.
      if (['error', 'warn'].includes(message.type()) && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
    });
    tab.on('pageerror', (error) => complaints.push(String(error)));
    await logIn(tab, 'jdoe');
    await request(tab, 'nightly report');
    await tab.goto(url('/log-out'));
    await follow(tab, 'button[value="sam"]');
    await request(tab, 'of staff’s own');
    for (const [name, visit] of PAGES) {
      await visit(tab);
      for (const width of [1200, 360]) {
        await tab.setViewport({ width, height: 900 });
        expect([name, width, await axeFaults(tab)]).toEqual([name, width, []]);
        expect([name, width, await tab.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([name, width, 0]);
        await tab.screenshot({ path: join(artifacts, `portal-${width}-${scheme}-${name}.png`) as `${string}.png`, fullPage: true });
      }
      await tab.setViewport({ width: 1200, height: 900 });
    }
    expect(complaints).toEqual([]);
  });

  it('works without JavaScript, but for key pairs', async () => {
    const tab = await open(program);
    await tab.setJavaScriptEnabled(false);
    await logIn(tab, 'jdoe');
    const { keyid, secret } = await request(tab, 'plain');
    expect(secret).toMatch(/^bank_live_sec_/);
    expect(await tab.$$eval('button[data-copy]', (all) => all.filter((button) => button.checkVisibility()).length)).toBe(0);
    const [curl = ''] = await programs(tab);
    expect(run('bash', [], curl)).toContain('"credited":10');
    // Its address is that of the form: loaded again, the form is sent again, and shows nothing.
    expect(tab.url()).toBe(url('/keys/new'));
    await tab.reload();
    expect(await text(tab, 'h1')).toBe('Sent before');
    expect(await everything(tab)).not.toContain(secret);
    await tab.goto(url(`/keys/key/${keyid}`));
    await openDeed(tab, 'rotate');
    await follow(tab, 'form[action$="/rotate"] button');
    expect((await shown(tab)).keyid).not.toBe(keyid);
    await tab.goto(url(`/keys/key/${keyid}`));
    await openDeed(tab, 'revoke');
    await tab.type('#reason', 'rotated');
    await tab.click('#sure');
    await follow(tab, 'form[action$="/revoke"] button');
    expect(await text(tab, '.state')).toBe('Revoked');
    await tab.goto(url('/keys/new'));
    await tab.type('#name', 'pair');
    await tab.click('input[value="ed25519"]');
    await follow(tab, 'form button[type=submit]');
    expect(await text(tab, 'main')).toContain('This needs JavaScript.');
    expect(await tab.$eval('form[data-key-pair] button', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
  });
}

for (const program of BROWSERS) {
  describe(`the portal in ${program.name}`, () => {
    if (!hasBrowser(program)) {
      it('waits for the browser', () => {
        if (process.env['CI']) throw new Error(`no ${program.program} for the portal`);
        console.warn(`\n!!! the portal: NOT TESTED, there is no ${program.program} or no puppeteer-core (npm test installs them)\n`);
        expect(existsSync(program.program)).toBe(false);
      });
      return;
    }
    suite(program);
    if (program.name !== 'chromium') return;
    clicking(program);
    looks(program);
  });
}
