/**
 * The signed fetch in real browsers where nothing more can be loaded: bundled into one file it runs in a service worker, which
 * may not import on demand; and a page that is open still works when a new deployment has taken its files away.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Bundler, bundlers } from '../../scripts/bundle.ts';
import type { Browser } from '../runtime/rig/browser-runtime.ts';
import { chromium } from '../runtime/rig/chromium.ts';
import { firefox } from '../runtime/rig/firefox.ts';
import { type Files, KEY, loadInstalled, startBrowserBank } from './support/browser-bank.ts';

const { consumer } = inject('packed');
const installed = await loadInstalled(consumer);

/** Everything that a response may lead to, as `globalThis.run()`. */
const PROGRAM = `
  import { createSignedFetch, createSigner, generateKeyPair, hmacSigner, parseRefusal } from 'countersign';

  const known = hmacSigner({ ...${JSON.stringify(KEY)}, insecurelyAllowInBrowser: true });
  const unknown = async () => createSigner({ privateKey: (await generateKeyPair()).privateKey, keyid: 'stranger' });
  const send = async (path, options, init) => {
    let sent = 0;
    const counting = (...all) => (sent++, fetch(...all));
    try {
      const response = await createSignedFetch({ signer: known, fetch: counting, ...options })(new URL(path, location.href), init);
      const refusal = await parseRefusal(response);
      return [sent, response.status, refusal?.code ?? await response.text()];
    } catch (error) {
      return [sent, error.name, error.code ?? error.message];
    }
  };
  const tenMinutesAgo = () => Math.floor(Date.now() / 1000) - 600;
  globalThis.run = async () => ({
    accepted: await send('/coins', {}, { method: 'POST', body: '{"amount":10}' }),
    redirect: await send('/moved', {}),
    refusal: await send('/coins', { signer: unknown }),
    clock: await send('/coins', { now: tenMinutesAgo }),
    busy: await send('/busy', { retry: { limit: 1 }, sleep: async () => {} }),
  });
`;

/** How often it was sent, and what came of it. Browsers hide where a redirect leads, so that we refuse to follow. */
const EXPECTED = {
  accepted: [1, 200, 'signed by jdoe'],
  redirect: [1, 'SignedFetchError', 'redirect_forbidden'],
  refusal: [1, 401, 'signature_mismatch'],
  clock: [2, 200, 'signed by jdoe'],
  busy: [2, 200, 'signed by jdoe'],
};

const REPORT = "const report = (result) => fetch('/report', { method: 'POST', body: JSON.stringify(result) });";
const page = (script: string, head = ''): string =>
  `<!doctype html><title>bank</title><link rel="icon" href="data:,">${head}<script type="module">${REPORT} ${script}</script>`;

/** A page that has a service worker run the program. */
const WORKER_PAGE = page(`
  await navigator.serviceWorker.register('/worker.js');
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => report(data);
  active.postMessage('run', [port2]);
`);
const WORKER_PROGRAM = `${PROGRAM}
  addEventListener('message', (event) => event.waitUntil(run().catch(String).then((result) => event.ports[0].postMessage(result))));
`;
/** As on an insecure origin: cryptography in JavaScript, which a page would import on demand. */
const NO_WEBCRYPTO = "Object.defineProperty(crypto, 'subtle', { value: undefined });";

async function workerFiles(bundle: Bundler, before: string): Promise<Files> {
  return { '/': WORKER_PAGE, '/worker.js': `${before}\n${await bundle(WORKER_PROGRAM, { folder: consumer })}` };
}

/** A page that runs the program after a new deployment. */
const DEPLOY = "await fetch('/deploy', { method: 'POST' }); report(await run().catch(String));";

/** The package as it is, in native modules. */
async function unbundled(): Promise<Files> {
  const modules = join(consumer, 'node_modules');
  const scripts = globSync('{countersign/dist,@noble}/**/*.js', { cwd: modules });
  const imports = {
    countersign: '/countersign/dist/index.js',
    '@noble/ed25519': '/@noble/ed25519/index.js',
    '@noble/hashes/': '/@noble/hashes/',
  };
  return {
    '/': page(`import '/program.js'; ${DEPLOY}`, `<script type="importmap">${JSON.stringify({ imports })}</script>`),
    '/program.js': PROGRAM,
    ...Object.fromEntries(scripts.map((file) => [`/${file}`, readFileSync(join(modules, file), 'utf8')])),
  };
}

/** As applications bundle it, a file for what is imported on demand. */
async function bundledInPieces(): Promise<Files> {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: consumer },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: '/pieces',
    write: false,
  });
  expect(outputFiles.length).toBeGreaterThan(1);
  return { '/': page(`import '/pieces/stdin.js'; ${DEPLOY}`), ...Object.fromEntries(outputFiles.map(({ path, text }) => [path, text])) };
}

describe.each([chromium, firefox])('the signed fetch in $title', { timeout: 120_000 }, async ({ title, version, launch }) => {
  if ((await version()) === undefined) {
    if (process.env['CI']) throw new Error(`${title} is missing`);
    it('waits for the browser', () => console.warn(`\n!!! NOT TESTED: there is no ${title} here\n`));
    return;
  }

  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** What the page reports, and which files it asked for in vain. */
  async function visit(files: Files): Promise<{ readonly report: unknown; readonly missed: readonly string[] }> {
    const bank = await startBrowserBank(files, installed);
    await browser.open(`${bank.origin}/`);
    const report = await bank.report.finally(bank.close);
    return { report, missed: bank.missed };
  }

  for (const [name, bundle] of Object.entries(bundlers)) {
    it.each([
      ['', ''],
      [', without WebCrypto', NO_WEBCRYPTO],
    ])(`runs in a service worker, in one file by ${name}%s`, async (_title, before) => {
      expect((await visit(await workerFiles(bundle, before))).report).toEqual(EXPECTED);
    });
  }

  it.each([
    ['in native modules', unbundled],
    ['bundled in pieces', bundledInPieces],
  ])('works after a new deployment, %s', async (_title, files) => {
    expect(await visit(await files())).toEqual({ report: EXPECTED, missed: [] });
  });
});
