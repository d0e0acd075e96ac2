/**
 * `countersign keys list`: the keys there are.
 *
 * @module
 */

import type { ApiKeys } from '../../api-key/api-keys.ts';
import { type ApiKey, stateOf } from '../../api-key/store/record.ts';
import type { KeyList, ListQuery } from '../../api-key/survey.ts';
import { systemTime } from '../../runtime/time.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { readChoice, readCount, readDuration, readTime } from '../input/values.ts';
import { jsonLine, painter, printable, table, timeText } from '../output/text.ts';
import { KEYS_HELP, KEYS_OPTIONS, withApiKeys } from './setup/with-api-keys.ts';

const OPTIONS = {
  ...KEYS_OPTIONS,
  owner: { type: 'string' },
  tenant: { type: 'string' },
  series: { type: 'string' },
  state: { type: 'string' },
  'unused-since': { type: 'string' },
  'expiring-within': { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
} as const;

const HELP = `
Usage: countersign keys list [options]

Lists keys, the oldest first. No secret is among what is shown.

  --owner <text>              of this owner
  --tenant <text>             of this tenant
  --series <keyid>            keys that succeeded each other
  --state <state>             active, pending, scheduled, expired, rotated_out, disabled, revoked
  --unused-since <time>       not used since then
  --expiring-within <time>    that end by themselves within 14d, and have no successor
  --limit <n>                 keys at the most; default 100, at most 1,000
  --cursor <text>             where the list before ended

${KEYS_HELP}

Exit codes: 0 also if there are none; 2 wrong use; 3 a file or the database failed.
`;

export const list: Command = { name: 'list', summary: 'list keys', help: HELP, options: OPTIONS, run };

const STATES = ['pending', 'active', 'disabled', 'revoked', 'scheduled', 'expired', 'rotated_out'] as const;

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const query: ListQuery = {
    owner: values.owner,
    tenant: values.tenant,
    series: values.series,
    state: values.state === undefined ? undefined : readChoice(values.state, 'state', STATES),
    unusedSince: values['unused-since'] === undefined ? undefined : readTime(values['unused-since'], 'unused-since'),
    limit: values.limit === undefined ? undefined : readCount(values.limit, 'limit'),
    cursor: values.cursor,
  };
  const within = values['expiring-within'];
  const { keys, cursor } = await withApiKeys(context, values, (apiKeys) =>
    within === undefined ? apiKeys.list(query) : expiring(apiKeys, readDuration(within, 'expiring-within')),
  );
  context.stdout.write(values.json === true ? jsonLine({ keys, cursor: cursor ?? null }) : asTable(keys, context));
  if (values.json !== true && cursor !== undefined) context.stderr.write(`countersign: there are more: --cursor ${cursor}\n`);
  return EXIT.ok;
}

async function expiring(apiKeys: ApiKeys, within: number): Promise<KeyList> {
  const keys: ApiKey[] = [];
  for await (const key of apiKeys.expiring(within)) keys.push(key);
  return { keys, cursor: undefined };
}

function asTable(keys: readonly ApiKey[], context: CommandContext): string {
  if (keys.length === 0) return '';
  const now = systemTime();
  const rows = keys.map((key) => [
    key.keyid,
    key.kind,
    printable(key.owner),
    stateOf(key, now),
    timeText(key.createdAt),
    timeText(key.lastUsedAt),
    timeText(key.notAfter),
    printable(key.name),
  ]);
  const [heading, ...lines] = table([['KEYID', 'KIND', 'OWNER', 'STATE', 'CREATED', 'LAST USED', 'EXPIRES', 'NAME'], ...rows])
    .trimEnd()
    .split('\n');
  return `${painter(context.stdout, context).strong(heading!)}\n${lines.join('\n')}\n`;
}
