/** The server of signed URLs and payloads, on node:http. */
import { serveCarriers } from '../rig/carrier-server.ts';
import { RESULT_MARK } from '../rig/limits.ts';
import { untilAlone } from './stdin.ts';

console.log(`${RESULT_MARK}${await serveCarriers()}`);
await untilAlone();
process.exit(0);
