/**
 * `countersign keys show`: one key, and what happened to it.
 *
 * @module
 */

import type { KeyChange } from '../../api-key/store/key-store.ts';
import { type ApiKey, stateOf } from '../../api-key/store/record.ts';
import { systemTime } from '../../runtime/time.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { jsonLine, printable, table, timeText } from '../output/text.ts';
import { KEYS_HELP, KEYS_OPTIONS, requireKey, withApiKeys } from './setup/with-api-keys.ts';

const OPTIONS = { ...KEYS_OPTIONS, events: { type: 'boolean' } } as const;

const HELP = `
Usage: countersign keys show <keyid> [options]

Shows one key. Its secret is not to be had any more.

  --events                    also what happened to it, and by whom

${KEYS_HELP}

Exit codes: 0 here it is; 1 there is no such key; 2 wrong use; 3 a file or the database failed.
`;

export const show: Command = { name: 'show', summary: 'show one key, and what happened to it', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [keyid = ''] = requirePositionals(positionals, 'keyid');
  const { key, events } = await withApiKeys(
    context,
    values,
    async (apiKeys) => ({
      key: await requireKey(apiKeys, keyid),
      events: values.events === true ? await apiKeys.events({ keyid, limit: 1000 }) : undefined,
    }),
    keyid,
  );
  context.stdout.write(values.json === true ? jsonLine({ key, events }) : asText(key, events));
  return EXIT.ok;
}

function asText(key: ApiKey, events: readonly KeyChange[] | undefined): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['keyid', key.keyid],
    ['kind', key.kind],
    ['state', stateOf(key, systemTime())],
    ['reason', key.reason],
    ['owner', key.owner],
    ['tenant', key.tenant],
    ['name', key.name],
    ['scopes', key.scopes.join(' ')],
    ['labels', pairs(key.labels)],
    ['metadata', key.metadata === undefined ? undefined : JSON.stringify(key.metadata)],
    ['created', timeText(key.createdAt)],
    ['not before', key.notBefore && timeText(key.notBefore)],
    ['expires', key.notAfter && timeText(key.notAfter)],
    ['last used', key.lastUsedAt && timeText(key.lastUsedAt)],
    ['uses', String(key.uses)],
    ['replaced by', key.replacedBy],
    ['overlap until', key.overlapUntil && timeText(key.overlapUntil)],
    ['generation', String(key.generation)],
  ].map(([name, value]) => [String(name), value === undefined || value === '' ? undefined : String(value)] as const);
  const said = table(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, printable(value)]])));
  if (events === undefined) return said;
  return `${said}\n${table(events.map(({ at, action, actor }) => [timeText(at), action, printable(actor)]))}`;
}

function pairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
