/**
 * The keys that the gateway's verifier knows: one, or those of a database.
 *
 * @module
 */

import { createApiKeys } from '../../api-key/api-keys.ts';
import { aesGcmSealer } from '../../api-key/sealing/sealer.ts';
import { importPublicKeyPem } from '../../crypto/forms/import.ts';
import { hmacKey } from '../../crypto/hmac/hmac.ts';
import type { VerificationKey } from '../../crypto/key.ts';
import { memoryReplayStore } from '../../replay/memory-store.ts';
import type { ReplayStore } from '../../replay/store.ts';
import type { ResolveKey } from '../../signature/key-record.ts';
import { sqlKeyStore } from '../../sql/keys/key-store.ts';
import { sqlReplayStore } from '../../sql/replay-store.ts';
import { type CommandContext, Failure, UsageError } from '../command.ts';
import { openDatabase } from '../database/open.ts';
import { ofArguments, ofFile } from '../input/blame.ts';
import { readText } from '../input/read.ts';
import { findSecret } from '../input/secret.ts';
import { findNamedKeys } from '../keys/setup/named-keys.ts';
import { oneLine } from '../report.ts';
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
 * @throws {Failure} If a file or the database cannot be read.
 */
export async function openKeys(settings: GatewaySettings, context: CommandContext): Promise<OpenedKeys> {
  const { keyid, database } = settings;
  if (keyid !== undefined && database !== undefined) throw new UsageError('--keyid and --database exclude each other');
  return keyid === undefined ? keysOfDatabase(settings, context) : oneKey(keyid, settings, context);
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
  const secret = await findSecret(context, {
    what: 'the secret',
    file: secretFile,
    fileOption: 'secret-file',
    variable: secretEnv,
    variableOption: 'secret-env',
  });
  if ((secret === undefined) === (publicKeyFile === undefined))
    throw new UsageError('the key of --keyid is --secret-env, --secret-file or --public-key-file');
  if (secret !== undefined) return ofFile('the secret', () => hmacKey(secret));
  const text = await readText(context, publicKeyFile!);
  return ofFile(publicKeyFile!, () => importPublicKeyPem(text));
}

async function keysOfDatabase(settings: GatewaySettings, context: CommandContext): Promise<OpenedKeys> {
  const { tablePrefix: prefix, insecurelyAssumeNoEarlierMessages } = settings;
  const masterKeys = await findNamedKeys(context, {
    what: 'master keys',
    file: settings.masterKeysFile,
    fileOption: 'master-keys-file',
    usual: 'COUNTERSIGN_MASTER_KEYS',
  });
  const { database, close } = await openDatabase(context, settings as { readonly database: string | undefined });
  try {
    const store = await ofArguments(() => sqlKeyStore(database, { prefix }));
    await store.revision();
    const apiKeys = await ofArguments(() =>
      createApiKeys({
        store,
        sealer: masterKeys && aesGcmSealer(masterKeys),
        // What keys begin with matters where they are issued.
        prefix: context.env['COUNTERSIGN_PREFIX'] ?? 'countersign',
        environment: settings.environment ?? context.env['COUNTERSIGN_ENVIRONMENT'],
      }),
    );
    return {
      resolveKey: apiKeys.resolveKey,
      replayStore: sqlReplayStore(database, { prefix, insecurelyAssumeNoEarlierMessages }),
      close: () => apiKeys.close().finally(close),
    };
  } catch (error) {
    await close();
    if (error instanceof UsageError) throw error;
    throw new Failure(`the database: ${oneLine(error)} (countersign keys migrate brings its tables)`, { cause: error });
  }
}
