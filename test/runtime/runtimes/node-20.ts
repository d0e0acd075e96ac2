import { installed } from '../rig/installed.ts';
import { processRuntime } from '../rig/process-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = processRuntime({
  name: 'node-20',
  title: 'Node 20',
  program: installed('node-20', 'bin', 'node'),
});
