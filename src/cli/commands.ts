/**
 * The commands there are. Adding one is a line here.
 *
 * @module
 */

import type { Command } from './command.ts';
import { gateway } from './gateway/gateway.ts';

/** In the order in which they are listed. */
export const commands: readonly Command[] = [gateway];
