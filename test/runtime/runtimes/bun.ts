import { installed } from '../rig/installed.ts';
import { processRuntime } from '../rig/process-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = processRuntime({
  name: 'bun',
  title: 'Bun',
  program: installed('.bin', 'bun'),
  flags: ['run'],
  server: 'bun',
});
