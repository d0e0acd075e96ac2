import { insecureBrowser } from '../rig/browser-runtime.ts';
import { webkit } from '../rig/webkit.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = insecureBrowser(webkit);
