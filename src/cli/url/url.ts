/**
 * `countersign url`: URLs that somebody else will open.
 *
 * @module
 */

import type { Command } from '../command.ts';
import { group } from '../group.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';

export const url: Command = group('url', 'sign and verify URLs', [sign, verify]);
