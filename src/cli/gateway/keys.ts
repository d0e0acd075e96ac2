/**
 * The keys that the gateway's verifier knows: one, or those of a database.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createApiKeys } from '../../api-key/api-keys.ts';
import { aesGcmSealer } from '../../api-key/sealing/sealer.ts';
import { importPublicKeyPem } from '../../crypto/forms/import.ts';
import { hmacKey } from '../../crypto/hmac/hmac.ts';
import type { VerificationKey } from '../../crypto/key.ts';
import { memoryReplayStore } from '../../replay/memory-store.ts';
import type { ReplayStore } from '../../replay/store.ts';
import type { ResolveKey } from '../../signature/key-record.ts';
import { sqlKeyStore } from '../../sql/keys/key-store.ts';
import { migrate } from '../../sql/migrate.ts';
import { sqlReplayStore } from '../../sql/replay-store.ts';
import { openSqlite } from '../../sql/sqlite.ts';
import { type CommandContext, UsageError } from '../command.ts';
import { readMasterKeys, readSecret } from '../secrets.ts';
import type { GatewaySettings } from './settings.ts';

/** Keys, and what remembers their nonces. */
export interface OpenedKeys {
  readonly resolveKey: ResolveKey;
  readonly replayStore: ReplayStore;
  /** Writes down what is to be written, and closes the database, if there is one. */
  close(): Promise<void>;
}

/**
 * Opens the keys.
 *
 * @throws {UsageError} If none are named, or in two ways.
 * @throws {Error} If a file or the database cannot be read.
 */
export async function openKeys(settings: GatewaySettings, context: CommandContext): Promise<OpenedKeys> {
  const { keyid, database } = settings;
  if ((keyid === undefined) === (database === undefined)) throw new UsageError('say whose requests count: --keyid, or --database');
  return database === undefined ? oneKey(keyid!, settings, context) : keysOfDatabase(database, settings, context);
}

async function oneKey(keyid: string, settings: GatewaySettings, context: CommandContext): Promise<OpenedKeys> {
  const key = await readKey(settings, context);
  const { insecurelyAssumeNoEarlierMessages } = settings;
  return {
    resolveKey: (wanted) => (wanted === keyid ? key : undefined),
    replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages }),
    close: async () => undefined,
  };
}

async function readKey({ secretEnv, secretFile, publicKeyFile }: GatewaySettings, context: CommandContext): Promise<VerificationKey> {
  const secret = await readSecret({ env: secretEnv, file: secretFile }, 'secret', context);
  if ((secret === undefined) === (publicKeyFile === undefined))
    throw new UsageError('the key of --keyid is --secret-env, --secret-file or --public-key-file');
  if (secret !== undefined) return hmacKey(secret);
  return importPublicKeyPem(await readFile(resolve(context.cwd, publicKeyFile!), 'utf8'));
}

async function keysOfDatabase(path: string, settings: GatewaySettings, context: CommandContext): Promise<OpenedKeys> {
  const { prefix, environment, masterKeysEnv, masterKeysFile, insecurelyAssumeNoEarlierMessages } = settings;
  if (prefix === undefined) throw new UsageError('--database needs --prefix: what its keys begin with');
  const text = await readSecret({ env: masterKeysEnv, file: masterKeysFile }, 'master-keys', context);
  const sealer = text === undefined ? undefined : aesGcmSealer(readMasterKeys(text, 'master-keys'));
  const database = openSqlite(resolve(context.cwd, path));
  try {
    await migrate(database);
    const apiKeys = createApiKeys({ store: sqlKeyStore(database), sealer, prefix, environment });
    return {
      resolveKey: apiKeys.resolveKey,
      replayStore: sqlReplayStore(database, { insecurelyAssumeNoEarlierMessages }),
      close: () => apiKeys.close().finally(() => database.close()),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
