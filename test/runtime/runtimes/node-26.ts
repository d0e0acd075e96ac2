import { installed } from '../rig/installed.ts';
import { processRuntime } from '../rig/process-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = processRuntime({
  name: 'node-26',
  title: 'Node 26',
  program: installed('node-26', 'bin', 'node'),
});
