/**
 * What signs, as the options say: a file, a variable, or the prompt.
 *
 * @module
 */

import { parseKey } from '../../api-key/credential/format.ts';
import { hmacSigner } from '../../crypto/hmac/hmac.ts';
import { createSigner, type Signer } from '../../crypto/signer.ts';
import { type CommandContext, Failure, type OptionTable, UsageError } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { nameOf } from '../input/read.ts';
import { findSecret } from '../input/secret.ts';
import { type KeyMaterial, readKeyFile } from './key-file.ts';

/** The options. */
export const KEY_OPTIONS = {
  'key-file': { type: 'string' },
  'secret-file': { type: 'string' },
  'secret-env': { type: 'string' },
  keyid: { type: 'string' },
} as const satisfies OptionTable;

/** Those options, as given. */
export type KeyValues = { readonly [Name in keyof typeof KEY_OPTIONS]?: string | undefined };

/** What the pages say of them. */
export const KEY_HELP = `The key, which is never an argument:
  --key-file <file>           what keys issue --out or keys pair wrote: .env lines, PEM or JWK; or
                              the variable COUNTERSIGN_KEY_FILE
  --secret-file <file>        a file with the secret alone; - for stdin
  --secret-env <name>         the variable with the secret; default COUNTERSIGN_SECRET
  --keyid <text>              the name of the key; default: what the file, the secret, or the
                              variable COUNTERSIGN_KEYID says, and of a key pair its thumbprint
  Without any of them the secret is asked for at the prompt.`;

/** The key that the options lead to. @throws {UsageError} If they lead to none. */
export async function readKey(context: CommandContext, values: KeyValues): Promise<KeyMaterial> {
  const { 'key-file': given, 'secret-file': file, 'secret-env': variable } = values;
  if (given !== undefined && (file !== undefined || variable !== undefined))
    throw new UsageError('--key-file excludes --secret-file and --secret-env');
  const places = { what: 'Secret', file, fileOption: 'secret-file', variable, variableOption: 'secret-env' };
  const keyFile = given ?? (file === undefined && variable === undefined ? context.env['COUNTERSIGN_KEY_FILE'] : undefined);
  const material = keyFile === undefined ? undefined : await readKeyFile(context, keyFile);
  if (material !== undefined) return { ...material, keyid: values.keyid ?? material.keyid };
  const secret = await findSecret(context, { ...places, usual: 'COUNTERSIGN_SECRET', ask: true });
  if (secret === undefined) throw new UsageError('there is no key: --key-file, --secret-file, --secret-env, or COUNTERSIGN_SECRET');
  return { kind: 'secret', secret, keyid: values.keyid ?? context.env['COUNTERSIGN_KEYID'] ?? parseKey(secret)?.keyid };
}

/** A signer with that key. @throws {UsageError} If it has no name, or is no key to sign with. */
export async function readSigner(context: CommandContext, values: KeyValues): Promise<Signer> {
  const material = await readKey(context, values);
  if (material.kind === 'public') throw new Failure(`${nameOf(values['key-file'] ?? 'the file')} holds a public key, which signs nothing`);
  if (material.kind === 'private')
    return ofArguments(() => createSigner({ privateKey: material.key, keyid: values.keyid ?? material.keyid }));
  const { secret } = material;
  const keyid = material.keyid ?? (typeof secret === 'string' ? parseKey(secret)?.keyid : undefined);
  if (keyid === undefined) throw new UsageError('--keyid is required: the name of the secret');
  return ofArguments(() => hmacSigner({ keyid, secret }));
}
