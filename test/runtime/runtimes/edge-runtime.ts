import { engineRuntime } from '../rig/engine-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

export const runtime: Runtime = engineRuntime({
  name: 'edge-runtime',
  title: 'edge-runtime',
  package: 'edge-runtime',
  host: 'edge.ts',
  bundle: 'edge',
});
