/**
 * Stock Firefox ESR, driven by puppeteer-core over WebDriver BiDi: playwright wants a build of its own.
 *
 * @module
 */

import type { Browser, BrowserOptions } from './browser-runtime.ts';
import { readOutput } from './child.ts';
import { INSECURE_HOST } from './limits.ts';

const PROGRAM = '/usr/bin/firefox-esr';

async function launch(): Promise<Browser> {
  const { launch: start } = await import('puppeteer-core');
  const browser = await start({
    browser: 'firefox',
    executablePath: PROGRAM,
    headless: true,
    extraPrefsFirefox: { 'network.dns.localDomains': INSECURE_HOST },
  });
  return {
    open: async (url) => void (await (await browser.newPage()).goto(url)),
    close: () => browser.close(),
  };
}

export const firefox: BrowserOptions = {
  name: 'firefox',
  title: 'Firefox ESR',
  version: async () => /\d+\.[\d.]+/.exec((await readOutput(PROGRAM, ['--version'])) ?? '')?.[0],
  launch,
  insecureOrigin: async () => ({ host: INSECURE_HOST, address: '127.0.0.1' }),
};
