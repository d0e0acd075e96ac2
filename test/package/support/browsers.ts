/**
 * Debian's Chromium and Firefox, both driven by the puppeteer-core of the runtime matrix, to be used alike.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from '../../runtime/node_modules/puppeteer-core/lib/types.d.ts';
import { root } from './manifest.ts';

export type Tab = Page;

/** One of the browsers. */
export interface BrowserProgram {
  readonly name: 'chromium' | 'firefox';
  readonly program: string;
}

export const BROWSERS: readonly BrowserProgram[] = [
  { name: 'chromium', program: '/usr/bin/chromium' },
  { name: 'firefox', program: '/usr/bin/firefox-esr' },
];

const MATRIX = join(root, 'test/runtime');

/** Whether there are both the browser and what drives it. */
export const hasBrowser = ({ program }: BrowserProgram): boolean =>
  existsSync(program) && existsSync(join(MATRIX, 'node_modules/puppeteer-core'));

/** How a browser looks at pages. */
export interface Looks {
  readonly dark?: boolean | undefined;
  /** Where downloads go. */
  readonly downloads?: string | undefined;
}

interface Puppeteer {
  launch(options: object): Promise<Browser>;
}

/** Starts a browser. Chromium's sandbox wants kernel features that containers seldom have; all it loads is our own page. */
export function launchBrowser({ name, program }: BrowserProgram, { dark = false, downloads = '' }: Looks = {}): Promise<Browser> {
  const puppeteer = createRequire(join(MATRIX, 'package.json'))('puppeteer-core') as Puppeteer;
  return puppeteer.launch({
    browser: name === 'chromium' ? 'chrome' : 'firefox',
    executablePath: program,
    headless: true,
    args: name === 'chromium' ? ['--no-sandbox', ...(dark ? ['--blink-settings=preferredColorScheme=0'] : [])] : [],
    ...(downloads !== '' && name === 'chromium' && { downloadBehavior: { policy: 'allow', downloadPath: downloads } }),
    extraPrefsFirefox: {
      'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
      ...(downloads !== '' && {
        'browser.download.folderList': 2,
        'browser.download.dir': downloads,
        'browser.download.useDownloadDir': true,
        'browser.download.alwaysOpenPanel': false,
        'browser.helperApps.neverAsk.saveToDisk': 'text/plain',
      }),
    },
  });
}
