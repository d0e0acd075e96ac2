/**
 * WebKitGTK's MiniBrowser, driven by its own WebDriver on a virtual display.
 *
 * @module
 */

import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserOptions, PageOrigin } from './browser-runtime.ts';
import { readOutput, startChild } from './child.ts';

const DRIVER = '/usr/bin/WebKitWebDriver';
const BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const SOFTWARE = { LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1', WEBKIT_DISABLE_DMABUF_RENDERER: '1' };

async function command(url: string, method: 'POST' | 'DELETE', body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const { value } = (await response.json()) as { readonly value: unknown };
  if (!response.ok) throw new Error(`WebKitWebDriver: ${JSON.stringify(value)}`);
  return value;
}

async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(250);
    }
  }
}

async function launch(): Promise<Browser> {
  // The display tells its number, so that two runs do not meet on one.
  const display = startChild('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp']);
  const number = await display.line('', 20);
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const driver = startChild(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], { env: { ...SOFTWARE, DISPLAY: `:${number}` } });
  const stop = async (): Promise<void> => {
    await driver.kill();
    await display.kill();
  };
  try {
    const wanted = { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: BROWSER, args: ['--automation'] } } } };
    const { sessionId } = (await retried(() => command(`http://127.0.0.1:${port}/session`, 'POST', wanted))) as {
      readonly sessionId: string;
    };
    const session = `http://127.0.0.1:${port}/session/${sessionId}`;
    return {
      open: async (url) => void (await command(`${session}/url`, 'POST', { url })),
      close: async () => {
        await command(session, 'DELETE').catch(() => undefined);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A name of this machine that is not localhost: MiniBrowser cannot be told to map one. */
async function insecureOrigin(): Promise<PageOrigin> {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const named = await lookup(hostname(), 4).catch(() => undefined);
  if (named !== undefined && own.some(({ address }) => address === named.address)) return { host: hostname(), address: named.address };
  const outer = own.find(({ internal, family }) => !internal && family === 'IPv4');
  if (outer === undefined) throw new Error('this machine has no name or address that WebKit takes for insecure');
  return { host: outer.address, address: outer.address };
}

/** Neither of the two tells its version without a display, but Debian does. */
async function version(): Promise<string | undefined> {
  if (![DRIVER, BROWSER].every((file) => existsSync(file))) return undefined;
  const told = await readOutput('dpkg-query', ['-W', '-f', `\${Version}`, 'libwebkit2gtk-4.1-0']);
  return /\d+\.[\d.]+/.exec(told ?? '')?.[0] ?? 'of this system';
}

export const webkit: BrowserOptions = {
  name: 'webkit',
  title: 'WebKitGTK',
  version,
  launch,
  insecureOrigin,
};
