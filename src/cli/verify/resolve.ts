/**
 * Where the key comes from that a message is verified with: a file, a variable, the prompt, or the database of keys.
 *
 * @module
 */

import { hmacKey } from '../../crypto/hmac/hmac.ts';
import type { VerificationKey } from '../../crypto/key.ts';
import { derivePublicKey } from '../../crypto/key-pair.ts';
import { jwkThumbprint } from '../../crypto/thumbprint.ts';
import type { ResolveKey } from '../../signature/key-record.ts';
import type { CommandContext, OptionTable } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { KEYS_OPTIONS, type KeysValues, withApiKeys } from '../keys/setup/with-api-keys.ts';
import type { KeyMaterial } from '../sign/key-file.ts';
import { KEY_OPTIONS, type KeyValues, readKey } from '../sign/signer.ts';

/** The options. */
export const RESOLVE_OPTIONS = {
  ...KEY_OPTIONS,
  database: KEYS_OPTIONS.database,
  'table-prefix': KEYS_OPTIONS['table-prefix'],
  environment: KEYS_OPTIONS.environment,
  'master-keys-file': KEYS_OPTIONS['master-keys-file'],
} as const satisfies OptionTable;

/** Those options, as given. */
export type ResolveValues = KeyValues & Pick<KeysValues, 'database' | 'table-prefix' | 'environment' | 'master-keys-file'>;

/** What the pages say of them. */
export const RESOLVE_HELP = `The key, which is never an argument:
  --key-file <file>           the key: .env lines, PEM or JWK, a public key too; or the variable
                              COUNTERSIGN_KEY_FILE
  --secret-file <file>        a file with the secret alone
  --secret-env <name>         the variable with the secret; default COUNTERSIGN_SECRET
  --keyid <text>              the keyid it is for; default: what the file says, else any
  --database <file>           in place of those, the keys of a SQLite file, or those of
                              DATABASE_URL if it is -; what they need: --master-keys-file <file>,
                              --table-prefix <text>, --environment <name>`;

/** Finds the key, and works with it. */
export async function withResolveKey<T>(
  context: CommandContext,
  values: ResolveValues,
  work: (resolveKey: ResolveKey) => Promise<T>,
): Promise<T> {
  const { database } = values;
  if (database === undefined) return work(resolverOf(await readKey(context, values)));
  const read = { ...values, database: database === '-' ? undefined : database };
  return withApiKeys(context, read, ({ resolveKey }) => work(resolveKey));
}

/** One key; for any keyid, where none is known. */
function resolverOf(material: KeyMaterial): ResolveKey {
  const prepared = ofArguments(() => prepare(material));
  return async (keyid) => {
    const { key, name } = await prepared;
    return name === undefined || name === keyid ? key : undefined;
  };
}

async function prepare(material: KeyMaterial): Promise<{ readonly key: VerificationKey; readonly name: string | undefined }> {
  if (material.kind === 'secret') return { key: hmacKey(material.secret), name: material.keyid };
  const key = material.kind === 'private' ? await derivePublicKey(material.key) : material.key;
  return { key, name: material.keyid ?? (await jwkThumbprint(key.jwk)) };
}
