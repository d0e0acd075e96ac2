/**
 * `npm run bench`: everything that is measured. A release is made only where all of it passes, on a machine that is quiet.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const parts = ['quick', 'linear', 'equal-time', 'cost', 'stores', 'keys'];
const failed = parts.filter((part) => {
  console.log(`\n── ${part}`);
  return spawnSync(process.execPath, [join(import.meta.dirname, `${part}.ts`)], { stdio: 'inherit' }).status !== 0;
});
console.log(failed.length === 0 ? '\nevery limit is met' : `\nlimits are missed in: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
