import { processRuntime } from '../rig/process-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

/** The Node of the root's tools, which runs this very file. */
export const runtime: Runtime = processRuntime({
  name: 'node-24',
  title: 'Node 24',
  program: process.execPath,
  server: 'node',
});
