/**
 * `countersign license`: licenses.
 *
 * @module
 */

import type { Command } from '../command.ts';
import { group } from '../group.ts';
import { issue } from './issue.ts';
import { verify } from './verify.ts';

export const license: Command = group('license', 'issue and verify licenses', [issue, verify]);
