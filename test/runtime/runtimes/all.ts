/**
 * Every runtime of the matrix, in the order of its tables.
 *
 * @module
 */

import type { Runtime } from '../rig/runtime.ts';
import { runtime as bun } from './bun.ts';
import { runtime as chromium } from './chromium.ts';
import { runtime as chromiumInsecure } from './chromium-insecure.ts';
import { runtime as deno } from './deno.ts';
import { runtime as edgeRuntime } from './edge-runtime.ts';
import { runtime as firefox } from './firefox.ts';
import { runtime as firefoxInsecure } from './firefox-insecure.ts';
import { runtime as node20 } from './node-20.ts';
import { runtime as node22 } from './node-22.ts';
import { runtime as node24 } from './node-24.ts';
import { runtime as node26 } from './node-26.ts';
import { runtime as quickjs } from './quickjs.ts';
import { runtime as webkit } from './webkit.ts';
import { runtime as webkitInsecure } from './webkit-insecure.ts';
import { runtime as workerd } from './workerd.ts';
import { runtime as workerdNodejs } from './workerd-nodejs.ts';

export const runtimes: readonly Runtime[] = [
  node20,
  node22,
  node24,
  node26,
  deno,
  bun,
  workerd,
  workerdNodejs,
  edgeRuntime,
  chromium,
  chromiumInsecure,
  firefox,
  firefoxInsecure,
  webkit,
  webkitInsecure,
  quickjs,
];
