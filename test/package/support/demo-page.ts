/**
 * The page of `npm run demo -- --serve` in a browser, for the tests that use it as a person does.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { launchChromium, type Page } from './chromium.ts';
import { root } from './manifest.ts';

/** A running demo. */
export interface Demo {
  readonly origin: string;
  close(): Promise<void>;
}

/** How the page is looked at. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'light' | 'dark';
}

/** A page, ready, and what it says on its console. */
export interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** What the panel says of the last press. */
export interface Result {
  readonly state: string | null;
  readonly word: string | null;
  readonly code: string | null;
  readonly meaning: string | null;
  readonly changes: readonly string[];
}

/** Desktop and phone. */
export const DESKTOP: Look = { width: 1280, height: 900 };
export const PHONE: Look = { width: 360, height: 740 };

/** Starts the demo. */
export async function openDemo(port = 0): Promise<Demo> {
  const server = spawn(process.execPath, ['examples/demo/demo.ts', '--serve', '--port', String(port)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += String(chunk);
    if (printed.includes('Ctrl+C')) break;
  }
  return { origin: /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '', close: () => end(server) };
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, 'exit');
  server.kill('SIGKILL');
  await exit;
}

/** Starts a browser; opens the page of a demo in it, each time anew. */
export async function openBrowser() {
  const browser = await launchChromium();
  return {
    close: () => browser.close(),
    blank: async ({ width, height, scheme = 'light' }: Look): Promise<Opened> => {
      const complaints: string[] = [];
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      return { page, complaints };
    },
  };
}

/** Waits until every button can be pressed. */
export async function goTo(page: Page, { origin }: Demo): Promise<void> {
  await page.goto(origin);
  await page.locator('form button:enabled').last().waitFor();
}

/** The result of the last press, once it is there. */
export async function readResult(page: Page, name: string): Promise<Result> {
  await page
    .locator('#what')
    .and(page.getByText(name, { exact: true }))
    .waitFor();
  await page.locator('#result:not([aria-busy])').waitFor();
  return {
    state: await page.locator('#result').getAttribute('data-state'),
    word: await page.locator('#word').textContent(),
    code: await page.locator('#code').textContent(),
    meaning: await page.locator('#meaning').textContent(),
    changes: await page.locator('#changes li:visible').allTextContents(),
  };
}

/** Presses a button; the result. */
export async function press(page: Page, name: string): Promise<Result> {
  await page.getByRole('button', { name, exact: true }).click();
  return readResult(page, name);
}
