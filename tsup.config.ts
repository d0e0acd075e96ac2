import { defineConfig } from 'tsup';
import { entries, seams } from './scripts/entries.ts';

/** One entry a sub-path; shared chunks, so that an application never holds two copies of the core. */
export default defineConfig({
  entry: { ...entries, ...seams },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  splitting: true,
  sourcemap: true,
  clean: true,
  dts: { entry: { ...entries } },
});
