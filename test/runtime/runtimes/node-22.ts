import { installed } from '../rig/installed.ts';
import { processRuntime } from '../rig/process-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = processRuntime({
  name: 'node-22',
  title: 'Node 22',
  program: installed('node-22', 'bin', 'node'),
});
