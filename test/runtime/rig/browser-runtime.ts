/**
 * Browsers: a page on localhost, and one on an origin where WebCrypto is missing.
 *
 * @module
 */

import type { SuiteConfig, SuiteResult } from '../suite/config.ts';
import { servePage } from './page-server.ts';
import type { Runtime, SuiteBundle } from './runtime.ts';

/** A browser that shows one page. */
export interface Browser {
  open(url: string): Promise<void>;
  close(): Promise<void>;
}

/** Where a page is served, and under which name the browser sees it. */
export interface PageOrigin {
  readonly host: string;
  readonly address: string;
}

/** What tells one browser from another. */
export interface BrowserOptions {
  readonly name: string;
  readonly title: string;
  version(): Promise<string | undefined>;
  launch(): Promise<Browser>;
  /** An origin that the browser does not take for trustworthy. */
  insecureOrigin(): Promise<PageOrigin>;
}

const LOCALHOST: PageOrigin = { host: 'localhost', address: '127.0.0.1' };

/** The browser with a page on localhost. */
export function secureBrowser(options: BrowserOptions): Runtime {
  return browserRuntime(options, async () => LOCALHOST);
}

/** The browser with a page on plain http elsewhere: `crypto.subtle` is undefined there. */
export function insecureBrowser(options: BrowserOptions): Runtime {
  return browserRuntime(
    { ...options, name: `${options.name}-insecure`, title: `${options.title}, insecure origin` },
    options.insecureOrigin,
  );
}

function browserRuntime({ name, title, version, launch }: BrowserOptions, originOf: () => Promise<PageOrigin>): Runtime {
  return {
    name,
    title,
    version,
    async run(bundle: SuiteBundle, config: SuiteConfig): Promise<SuiteResult> {
      const { host, address } = await originOf();
      const page = await servePage(bundle.page, config, address);
      let browser: Browser | undefined;
      try {
        browser = await launch();
        await browser.open(`http://${host}:${page.port}/`);
        return await page.result();
      } finally {
        await browser?.close();
        page.close();
      }
    },
  };
}
