/**
 * `countersign keys revoke`, `disable` and `enable`: what is decided about a key.
 *
 * @module
 */

import type { ApiKeys } from '../../api-key/api-keys.ts';
import type { ApiKey } from '../../api-key/store/record.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, EXIT } from '../command.ts';
import { required } from '../input/values.ts';
import { jsonLine } from '../output/text.ts';
import { actorOf, KEYS_HELP, KEYS_OPTIONS, withApiKeys } from './setup/with-api-keys.ts';

const REVOKE = { ...KEYS_OPTIONS, reason: { type: 'string' }, series: { type: 'boolean' } } as const;

const DECIDE = { ...KEYS_OPTIONS, reason: { type: 'string' } } as const;

const CODES = `Exit codes: 0 it is so; 1 it cannot be (key_not_found, key_final); 2 wrong use; 3 a file or the
database failed.`;

export const revoke: Command = {
  name: 'revoke',
  summary: 'end a key for ever',
  options: REVOKE,
  help: `
Usage: countersign keys revoke <keyid> --reason <text> [options]

Ends a key for ever, in every process within seconds. Revoking again changes nothing.

  --reason <text>             for the audit, and for the owner
  --series                    also the keys that it succeeded, and those that succeeded it

${KEYS_HELP}

${CODES}
`,
  run: async (context) => {
    const { values, positionals } = readArguments(context.argv, REVOKE);
    const [keyid = ''] = requirePositionals(positionals, 'keyid');
    const reason = required(values.reason, 'reason', 'why, for the audit');
    const key = await withApiKeys(
      context,
      values,
      (apiKeys) => apiKeys.revoke(keyid, { reason, series: values.series, actor: actorOf(context) }),
      keyid,
    );
    context.stdout.write(told(key, values.json));
    return EXIT.ok;
  },
};

export const disable: Command = decision(
  'disable',
  'stop a key until it is enabled',
  'Stops a key. It can be enabled again.',
  (apiKeys, keyid, options) => apiKeys.disable(keyid, options),
);

export const enable: Command = decision(
  'enable',
  'let a pending or disabled key count',
  'Lets a pending or disabled key count.',
  (apiKeys, keyid, options) => apiKeys.enable(keyid, options),
);

type Decide = (
  apiKeys: ApiKeys,
  keyid: string,
  options: { readonly reason: string | undefined; readonly actor: string },
) => Promise<ApiKey>;

function decision(name: string, summary: string, about: string, decide: Decide): Command {
  const help = `
Usage: countersign keys ${name} <keyid> [options]

${about}

  --reason <text>             for the audit

${KEYS_HELP}

${CODES}
`;
  const run: Command['run'] = async (context) => {
    const { values, positionals } = readArguments(context.argv, DECIDE);
    const [keyid = ''] = requirePositionals(positionals, 'keyid');
    const options = { reason: values.reason, actor: actorOf(context) };
    const key = await withApiKeys(context, values, (apiKeys) => decide(apiKeys, keyid, options), keyid);
    context.stdout.write(told(key, values.json));
    return EXIT.ok;
  };
  return { name, summary, help, options: DECIDE, run };
}

function told(key: ApiKey, json: boolean | undefined): string {
  return json === true ? jsonLine({ key }) : `${key.keyid} ${key.status}\n`;
}
