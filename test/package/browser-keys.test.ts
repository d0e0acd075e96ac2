/** Key pairs in a real browser: what a reload, a second tab, a private window and a deletion do to them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium, type Page } from './support/chromium.ts';
import { root } from './support/manifest.ts';

type Browser = Awaited<ReturnType<typeof launchChromium>>;

const PROGRAM = `
  import { deleteKeyPair, openKeyPair } from 'countersign/browser';
  import { createSignedFetch } from 'countersign';
  const refused = (error) => error.code ?? String(error);
  window.open = async (name, keyid) => (await openKeyPair(name, { keyid })).keyid;
  window.reopen = (name, keyid) => window.open(name, keyid).catch(refused);
  window.drop = (name) => deleteKeyPair(name);
  window.secret = async (name) => {
    const { signer } = await openKeyPair(name);
    return JSON.stringify(signer) + Object.values(signer).join();
  };
  window.ask = async (name) => {
    const { signer } = await openKeyPair(name);
    const sent = [];
    const fetch = async (input, init) => { sent.push(new Request(input, init)); return new Response('ok'); };
    await createSignedFetch({ signer, fetch })('https://bank.example/coins');
    return sent[0].headers.get('signature-input');
  };
`;

interface Api {
  open(name: string, keyid?: string): Promise<string>;
  reopen(name: string, keyid?: string): Promise<string>;
  drop(name: string): Promise<void>;
  secret(name: string): Promise<string>;
  ask(name: string): Promise<string>;
}

async function serve(): Promise<{ readonly server: Server; readonly origin: string }> {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'error',
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/keys.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(
      isScript ? script : '<!doctype html><title>keys</title><link rel="icon" href="data:,"><script type="module" src="/keys.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

if (!hasChromium) {
  if (process.env['CI']) throw new Error('Chromium is missing');
  console.warn('\n!!! SKIPPED: keys in a browser, there is no Chromium here\n');
}

describe.runIf(hasChromium)('openKeyPair in Chromium', () => {
  let browser: Browser;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    ({ server, origin } = await serve());
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  const ready = async (page: Page): Promise<Page> => {
    await page.waitForFunction('typeof window.ask === "function"');
    return page;
  };
  const visit = async (context: Awaited<ReturnType<Browser['newContext']>>): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(origin);
    return ready(page);
  };
  const call = (page: Page, name: keyof Api, ...args: readonly string[]): Promise<string> =>
    page.evaluate(([method, given]) => (window as unknown as Record<string, (...all: string[]) => Promise<string>>)[method]!(...given), [
      name,
      args,
    ] as const);

  it('survives a reload, and signs with the same key after it', async () => {
    const page = await visit(await browser.newContext());
    const keyid = await call(page, 'open', 'bank');
    expect(keyid).toMatch(/^[\w-]{43}$/);
    await page.reload();
    await ready(page);
    expect(await call(page, 'open', 'bank')).toBe(keyid);
    expect(await call(page, 'ask', 'bank')).toContain(`keyid="${keyid}"`);
  });

  it('is one pair when two tabs open it at once', async () => {
    const context = await browser.newContext();
    const tabs = await Promise.all([visit(context), visit(context)]);
    const keyids = await Promise.all(tabs.flatMap((tab) => [call(tab, 'open', 'shared'), call(tab, 'open', 'shared')]));
    expect(new Set(keyids).size).toBe(1);
  });

  it('is another pair in a private window, where a known keyid is lost', async () => {
    const keyid = await call(await visit(await browser.newContext()), 'open', 'bank');
    const other = await visit(await browser.newContext());
    expect(await call(other, 'reopen', 'bank', keyid)).toBe('key_lost');
    expect(await call(other, 'open', 'bank')).not.toBe(keyid);
  });

  it('is gone after a deletion, and never shows its private half', async () => {
    const page = await visit(await browser.newContext());
    const keyid = await call(page, 'open', 'bank');
    expect(await call(page, 'secret', 'bank')).not.toMatch(/"d"|PRIVATE/);
    await call(page, 'drop', 'bank');
    expect(await call(page, 'open', 'bank')).not.toBe(keyid);
  });
});
