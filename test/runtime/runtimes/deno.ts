import { installed } from '../rig/installed.ts';
import { processRuntime } from '../rig/process-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

/** With network permission alone: the library asks for nothing else. */
export const runtime: Runtime = processRuntime({
  name: 'deno',
  title: 'Deno',
  program: installed('.bin', 'deno'),
  flags: ['run', '--no-prompt', '--no-lock', '--node-modules-dir=manual', '--allow-net'],
  server: 'deno',
});
