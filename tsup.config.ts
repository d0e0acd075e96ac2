import { defineConfig } from 'tsup';
import { entries } from './scripts/entries.ts';

/** One entry a sub-path; shared chunks, so that an application never holds two copies of the core. */
export default defineConfig({
  entry: { ...entries },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  splitting: true,
  treeshake: true,
  sourcemap: true,
  clean: true,
  dts: { entry: { ...entries } },
});
