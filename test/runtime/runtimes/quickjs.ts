import { engineRuntime } from '../rig/engine-runtime.ts';
import type { Runtime } from '../rig/runtime.ts';

/** An engine with the language and nothing else, as in React Native: fetch, random and clock are injected. */
export const runtime: Runtime = engineRuntime({
  name: 'quickjs',
  title: 'QuickJS',
  package: 'quickjs-emscripten',
  host: 'quickjs.ts',
  bundle: 'bare',
});
