/**
 * `countersign keys issue`: a new key.
 *
 * @module
 */

import { readArguments, requirePositionals } from '../arguments.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { UsageError } from '../command.ts';
import { readChoice } from '../input/values.ts';
import { HAND_OVER_HELP, HAND_OVER_OPTIONS, handOver } from './setup/hand-over.ts';
import { NEW_KEY_HELP, NEW_KEY_OPTIONS, readNewKey } from './setup/new-key.ts';
import { KEYS_HELP, KEYS_OPTIONS, withApiKeys } from './setup/with-api-keys.ts';

const OPTIONS = {
  ...KEYS_OPTIONS,
  ...NEW_KEY_OPTIONS,
  ...HAND_OVER_OPTIONS,
  kind: { type: 'string' },
  prefix: { type: 'string' },
  'max-keys-per-owner': { type: 'string' },
  'idempotency-key': { type: 'string' },
} as const;

const HELP = `
Usage: countersign keys issue --prefix <text> --owner <text> [options]

Issues a key. The keyid and the secret are printed as two lines for a .env file.

  --kind <hmac|bearer>        hmac (default) signs; bearer only identifies
  --prefix <text>             what your keys begin with; or COUNTERSIGN_PREFIX
  --max-keys-per-owner <n>    usable keys of one owner at the most; default 20
  --idempotency-key <text>    issues once: again with the same text it is refused

${NEW_KEY_HELP}

${HAND_OVER_HELP}

${KEYS_HELP}

Examples:
  countersign keys issue --prefix bank --owner jdoe --expires-in 90d --out jdoe.env
  countersign keys issue --prefix bank --owner jdoe --claim-url https://bank.example/claim

Exit codes: 0 it is issued; 1 it cannot be (limit_reached, key_exists); 2 wrong use; 3 a file or the
database failed.
`;

export const issue: Command = { name: 'issue', summary: 'issue a key, its secret shown once', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  if (values.prefix === undefined && context.env['COUNTERSIGN_PREFIX'] === undefined)
    throw new UsageError('--prefix is required: what your keys begin with');
  const kind = readChoice(values.kind ?? 'hmac', 'kind', ['hmac', 'bearer']);
  const key = await readNewKey(context, values);
  const idempotencyKey = values['idempotency-key'];
  return withApiKeys(context, values, (apiKeys) =>
    handOver(context, values, apiKeys, () => apiKeys.issue({ ...key, kind, idempotencyKey })),
  );
}
