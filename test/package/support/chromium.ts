/**
 * Debian's Chromium, driven by the playwright-core of the runtime matrix.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from '../../runtime/node_modules/playwright-core/index.d.ts';
import { root } from './manifest.ts';

export type { Page } from '../../runtime/node_modules/playwright-core/index.d.ts';

const PROGRAM = '/usr/bin/chromium';
const MATRIX = join(root, 'test/runtime');

/** Whether there are both the browser and what drives it. */
export const hasChromium: boolean = existsSync(PROGRAM) && existsSync(join(MATRIX, 'node_modules/playwright-core'));

/** Starts it. Its sandbox wants kernel features that containers seldom have; all it loads is our own page. */
export function launchChromium(): Promise<Browser> {
  const { chromium } = createRequire(join(MATRIX, 'package.json'))('playwright-core') as {
    readonly chromium: { launch(options: object): Promise<Browser> };
  };
  return chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] });
}
