/**
 * The keys of a database, for one command: opened, used, closed.
 *
 * @module
 */

import { isApiKeyError } from '../../../api-key/api-key-error.ts';
import { type ApiKeys, createApiKeys } from '../../../api-key/api-keys.ts';
import { aesGcmSealer } from '../../../api-key/sealing/sealer.ts';
import type { KeyStore } from '../../../api-key/store/key-store.ts';
import { isVerificationError } from '../../../errors.ts';
import { sqlKeyStore } from '../../../sql/keys/key-store.ts';
import { type CommandContext, Failure, type OptionTable, Refusal, UsageError } from '../../command.ts';
import { openDatabase } from '../../database/open.ts';
import { ofArguments } from '../../input/blame.ts';
import { readCount } from '../../input/values.ts';
import { oneLine } from '../../report.ts';
import { findNamedKeys } from './named-keys.ts';

/** Which keys; for every command that looks at them. */
export const KEYS_OPTIONS = {
  database: { type: 'string' },
  'table-prefix': { type: 'string' },
  environment: { type: 'string' },
  'master-keys-file': { type: 'string' },
  'peppers-file': { type: 'string' },
} as const satisfies OptionTable;

/** Those options, as given, and what only some commands take. */
export type KeysValues = {
  readonly [Name in keyof typeof KEYS_OPTIONS | 'prefix' | 'max-keys-per-owner']?: string | undefined;
};

/** What the pages say of them. */
export const KEYS_HELP = `Which keys:
  --database <file>           a SQLite file; default: what DATABASE_URL says (postgres://… or a
                              file)
  --table-prefix <text>       what the tables begin with; default countersign_
  --environment <name>        live (default), test, …; a keyid that is given says its own
  --master-keys-file <file>   master keys, <name>:<base64> a line, the current one first; or the
                              variable COUNTERSIGN_MASTER_KEYS
  --peppers-file <file>       the same for bearer keys; or COUNTERSIGN_PEPPERS
  --json                      JSON on stdout
  --debug                     shows where an error comes from
  --help                      this page`;

/** What stands in a keyid of ours. */
const KEYID = /^([a-z][a-z0-9_]{1,15})_([a-z]{2,8})_[0-9A-Za-z]{16}$/;

/** What keys begin with where nothing is issued. */
const ANY_PREFIX = 'countersign';

/** Opens the keys, works with them, and closes. `keyid` is one that was given: it says its prefix and environment. */
export async function withApiKeys<T>(
  context: CommandContext,
  values: KeysValues,
  work: (apiKeys: ApiKeys) => Promise<T>,
  keyid?: string,
): Promise<T> {
  const options = await keyOptions(context, values, keyid);
  const { database, close } = await openDatabase(context, { database: values.database });
  try {
    const kept = await ofArguments(() => sqlKeyStore(database, { prefix: values['table-prefix'] }));
    // Verifying what somebody saved is no use of the key.
    const store: KeyStore = { ...kept, touch: async () => undefined };
    const apiKeys = await ofArguments(() => createApiKeys({ ...options, store }));
    return await work(apiKeys);
  } catch (error) {
    throw explained(error);
  } finally {
    await close().catch(() => undefined);
  }
}

async function keyOptions(context: CommandContext, values: KeysValues, keyid: string | undefined) {
  const [, ownPrefix, ownEnvironment] = KEYID.exec(keyid ?? '') ?? [];
  const { env } = context;
  const mostKeys = values['max-keys-per-owner'];
  const masterKeys = await findNamedKeys(context, {
    what: 'master keys',
    file: values['master-keys-file'],
    fileOption: 'master-keys-file',
    usual: 'COUNTERSIGN_MASTER_KEYS',
  });
  const pepper = await findNamedKeys(context, {
    what: 'peppers',
    file: values['peppers-file'],
    fileOption: 'peppers-file',
    usual: 'COUNTERSIGN_PEPPERS',
  });
  return {
    prefix: values.prefix ?? ownPrefix ?? env['COUNTERSIGN_PREFIX'] ?? ANY_PREFIX,
    environment: values.environment ?? ownEnvironment ?? env['COUNTERSIGN_ENVIRONMENT'] ?? 'live',
    sealer: masterKeys && aesGcmSealer(masterKeys),
    pepper,
    maxKeysPerOwner: mostKeys === undefined ? undefined : readCount(mostKeys, 'max-keys-per-owner'),
  };
}

const NO_TABLES = /no such table|the tables of keys are not there/;

/** What the store threw, as the person at the prompt can mend it. */
function explained(error: unknown): unknown {
  if (error instanceof UsageError || error instanceof Failure || error instanceof Refusal) return error;
  if (isApiKeyError(error) || isVerificationError(error)) return error;
  const text = oneLine(error);
  if (error instanceof TypeError || error instanceof RangeError) return new UsageError(missing(text), { cause: error });
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === '42P01' || NO_TABLES.test(text))
    return new Failure('the tables are not there: countersign keys migrate brings them', { cause: error });
  return new Failure(`the database: ${text}`, { cause: error });
}

/** The library speaks of options of a program. */
function missing(text: string): string {
  if (/\bsealer\b/.test(text))
    return 'master keys are needed: --master-keys-file or COUNTERSIGN_MASTER_KEYS; countersign keys master-key makes one';
  if (/\bpepper\b/.test(text)) return 'a pepper is needed: --peppers-file or COUNTERSIGN_PEPPERS; countersign keys master-key makes one';
  return text;
}

/** Who is said to have done it, in the audit. */
export function actorOf({ env }: Pick<CommandContext, 'env'>): string {
  return `cli:${env['USER'] ?? env['LOGNAME'] ?? env['USERNAME'] ?? 'somebody'}`;
}

/** A key that must be there. @throws {Refusal} */
export async function requireKey(apiKeys: ApiKeys, keyid: string) {
  const key = await apiKeys.get(keyid);
  if (key === undefined) throw new Refusal('key_not_found', 'there is no such key in this database and environment');
  return key;
}
