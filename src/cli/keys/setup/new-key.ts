/**
 * What is said of a key that is to be made: for `issue` and `enrol`.
 *
 * @module
 */

import type { NewKey } from '../../../api-key/details.ts';
import type { CommandContext, OptionTable } from '../../command.ts';
import { readJson } from '../../input/read.ts';
import { readDuration, readList, readPairs, readTime, required } from '../../input/values.ts';
import { actorOf } from './with-api-keys.ts';

/** The options. */
export const NEW_KEY_OPTIONS = {
  owner: { type: 'string' },
  tenant: { type: 'string' },
  name: { type: 'string' },
  scope: { type: 'string', multiple: true },
  label: { type: 'string', multiple: true },
  'metadata-file': { type: 'string' },
  'expires-in': { type: 'string' },
  'not-before': { type: 'string' },
  pending: { type: 'boolean' },
} as const satisfies OptionTable;

/** Those options, as given. */
export interface NewKeyValues {
  readonly owner?: string | undefined;
  readonly tenant?: string | undefined;
  readonly name?: string | undefined;
  readonly scope?: string[] | undefined;
  readonly label?: string[] | undefined;
  readonly 'metadata-file'?: string | undefined;
  readonly 'expires-in'?: string | undefined;
  readonly 'not-before'?: string | undefined;
  readonly pending?: boolean | undefined;
}

/** What the pages say of them. */
export const NEW_KEY_HELP = `The key:
  --owner <text>              who uses it, by your own name
  --tenant <text>             whose customer the owner is
  --name <text>               what its owner calls it
  --scope <a,b>               what it may be used for; several times, or with commas
  --label <name=value>        for your own sorting; several times
  --metadata-file <file>      JSON, to be found again
  --expires-in <duration>     when it ends by itself: 90d, 12h, 1y; default never
  --not-before <time>         the first second it counts: 2027-01-31, 2027-01-31T12:00:00Z
  --pending                   it does not count before keys enable`;

/** Reads them. */
export async function readNewKey(context: CommandContext, values: NewKeyValues): Promise<NewKey> {
  const metadata = values['metadata-file'];
  return {
    owner: required(values.owner, 'owner', 'who uses the key'),
    tenant: values.tenant,
    name: values.name,
    scopes: readList(values.scope),
    labels: readPairs(values.label, 'label'),
    metadata: metadata === undefined ? undefined : await readJson(context, metadata),
    expiresIn: values['expires-in'] === undefined ? undefined : readDuration(values['expires-in'], 'expires-in'),
    notBefore: values['not-before'] === undefined ? undefined : readTime(values['not-before'], 'not-before'),
    status: values.pending === true ? 'pending' : 'active',
    actor: actorOf(context),
  };
}
