import type { Runtime } from '../rig/runtime.ts';
import { workerRuntime } from '../rig/worker-runtime.ts';

/** With `node:` modules, as many projects switch it on: the library then finds node:crypto. */
export const runtime: Runtime = workerRuntime({
  name: 'workerd-nodejs',
  title: 'workerd, nodejs_compat',
  compatibilityFlags: ['nodejs_compat'],
});
