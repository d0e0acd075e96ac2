import type { Runtime } from '../rig/runtime.ts';
import { workerRuntime } from '../rig/worker-runtime.ts';

export const runtime: Runtime = workerRuntime({ name: 'workerd', title: 'workerd', compatibilityFlags: [], server: true });
