/**
 * `countersign keys rewrap`: seals anew under the current master key.
 *
 * @module
 */

import type { ApiKeys } from '../../api-key/api-keys.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { jsonLine } from '../output/text.ts';
import { KEYS_HELP, KEYS_OPTIONS, withApiKeys } from './setup/with-api-keys.ts';

const OPTIONS = { ...KEYS_OPTIONS, 'dry-run': { type: 'boolean' } } as const;

const HELP = `
Usage: countersign keys rewrap [options]

Seals anew whatever another master key than the current one seals: the current one is the first of
the file. It may be stopped and begun again at any time; secrets stay the same.

  --dry-run                   only counts

${KEYS_HELP}

Exit codes: 0 it is done; 2 wrong use; 3 a master key is missing, or a file or the database failed.
`;

export const rewrap: Command = { name: 'rewrap', summary: 'seal anew under the current master key', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const dryRun = values['dry-run'] === true;
  const rewrapped = await withApiKeys(context, values, (apiKeys) => (dryRun ? count(apiKeys) : rewrapAll(apiKeys, context.signal)));
  if (values.json === true) context.stdout.write(jsonLine({ rewrapped, dryRun }));
  else context.stdout.write(`${rewrapped} ${dryRun ? 'would be' : 'were'} sealed anew\n`);
  return EXIT.ok;
}

async function count(apiKeys: ApiKeys): Promise<number> {
  return (await apiKeys.rewrap({ dryRun: true, limit: 100_000 })).rewrapped;
}

async function rewrapAll(apiKeys: ApiKeys, signal: AbortSignal): Promise<number> {
  let done = 0;
  for (let more = true; more && !signal.aborted; ) {
    const step = await apiKeys.rewrap();
    done += step.rewrapped;
    more = step.more;
  }
  return done;
}
