import { insecureBrowser } from '../rig/browser-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';
import { webkit } from '../rig/webkit.ts';

export const runtime: Runtime = insecureBrowser(webkit);
