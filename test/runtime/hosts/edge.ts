/** Holds edge-runtime (Vercel's): `node hosts/edge.ts bundle.js`, the config as a line of stdin. */
import { readFile } from 'node:fs/promises';
import { EdgeRuntime } from 'edge-runtime';
import { readLine } from '../entries/stdin.ts';
import { RESULT_MARK } from '../rig/limits.ts';

const edge = new EdgeRuntime({ initialCode: await readFile(process.argv[2]!, 'utf8') });
const response = await edge.dispatchFetch('http://suite.test/', { method: 'POST', body: await readLine() });
const text = await response.text();
if (response.status !== 200) throw new Error(`edge-runtime answered ${response.status}: ${text}`);
console.log(RESULT_MARK + text);
