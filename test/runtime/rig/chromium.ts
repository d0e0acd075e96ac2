/**
 * Stock Chromium, driven by playwright-core.
 *
 * @module
 */

import type { Browser, BrowserOptions } from './browser-runtime.ts';
import { readOutput } from './child.ts';
import { INSECURE_HOST } from './limits.ts';

const PROGRAM = '/usr/bin/chromium';

async function launch(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  // Its sandbox wants kernel features that containers seldom have; all it loads is our own page.
  const browser = await chromium.launch({
    executablePath: PROGRAM,
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`],
  });
  return {
    open: async (url) => void (await (await browser.newPage()).goto(url)),
    close: () => browser.close(),
  };
}

export const chromium: BrowserOptions = {
  name: 'chromium',
  title: 'Chromium',
  version: async () => /\d+\.[\d.]+/.exec((await readOutput(PROGRAM, ['--version'])) ?? '')?.[0],
  launch,
  insecureOrigin: async () => ({ host: INSECURE_HOST, address: '127.0.0.1' }),
};
