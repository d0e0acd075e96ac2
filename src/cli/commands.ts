/**
 * The commands there are. Adding one is a line here.
 *
 * @module
 */

import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { explain } from './explain/explain.ts';
import { gateway } from './gateway/gateway.ts';
import { keys } from './keys/keys.ts';
import { license } from './license/license.ts';
import { scan } from './scan/scan.ts';
import { curl } from './sign/curl.ts';
import { sign } from './sign/sign.ts';
import { url } from './url/url.ts';
import { verify } from './verify/verify.ts';

const working: readonly Command[] = [keys, sign, curl, verify, explain, scan, license, url, gateway];

/** In the order in which they are listed. */
export const commands: readonly Command[] = [...working, completion(working)];
