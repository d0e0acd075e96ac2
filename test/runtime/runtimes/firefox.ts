import { secureBrowser } from '../rig/browser-runtime.ts';
import { firefox } from '../rig/firefox.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = secureBrowser(firefox);
