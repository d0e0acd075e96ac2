/** The suite in a program: its config is the first line of stdin, its result one line of stdout. */
import { RESULT_MARK } from '../rig/limits.ts';
import type { SuiteConfig } from '../suite/config.ts';
import { runSuite } from '../suite/main.ts';
import { readLine } from './stdin.ts';

const config = JSON.parse(await readLine()) as SuiteConfig;
console.log(RESULT_MARK + JSON.stringify(await runSuite(config)));
