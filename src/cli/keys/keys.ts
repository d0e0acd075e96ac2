/**
 * `countersign keys`: the keys of a provider.
 *
 * @module
 */

import type { Command } from '../command.ts';
import { group } from '../group.ts';
import { claim } from './claim.ts';
import { enrol } from './enrol.ts';
import { issue } from './issue.ts';
import { list } from './list.ts';
import { masterKey } from './master-key.ts';
import { migrate } from './migrate.ts';
import { pair } from './pair.ts';
import { prove } from './prove.ts';
import { rewrap } from './rewrap.ts';
import { rotate } from './rotate.ts';
import { show } from './show.ts';
import { disable, enable, revoke } from './state.ts';

export const keys: Command = group('keys', 'issue, list, rotate and revoke keys', [
  issue,
  list,
  show,
  rotate,
  revoke,
  disable,
  enable,
  enrol,
  claim,
  prove,
  pair,
  rewrap,
  masterKey,
  migrate,
]);
