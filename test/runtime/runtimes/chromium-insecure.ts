import { insecureBrowser } from '../rig/browser-runtime.ts';
import { chromium } from '../rig/chromium.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = insecureBrowser(chromium);
