/**
 * `countersign keys rotate`: the successor of a key.
 *
 * @module
 */

import { parseJsonStrict } from '../../canonical/strict-json.ts';
import { importPublicKeyJwk, importPublicKeyPem } from '../../crypto/forms/import.ts';
import type { Jwk } from '../../crypto/jwk.ts';
import type { PublicKey } from '../../crypto/key.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, UsageError } from '../command.ts';
import { ofFile } from '../input/blame.ts';
import { readText } from '../input/read.ts';
import { readDuration, required } from '../input/values.ts';
import { jsonLine } from '../output/text.ts';
import { HAND_OVER_HELP, HAND_OVER_OPTIONS, handOver } from './setup/hand-over.ts';
import { actorOf, KEYS_HELP, KEYS_OPTIONS, requireKey, withApiKeys } from './setup/with-api-keys.ts';

const OPTIONS = {
  ...KEYS_OPTIONS,
  ...HAND_OVER_OPTIONS,
  overlap: { type: 'string' },
  'expires-in': { type: 'string' },
  'public-key-file': { type: 'string' },
} as const;

const HELP = `
Usage: countersign keys rotate <keyid> --overlap <duration> [options]

Issues the successor of a key. Both count during the overlap, then only the new one.

  --overlap <duration>        7d, 12h; 0 ends the old one at once, which is right for one that
                              leaked
  --expires-in <duration>     when the new one ends by itself; default: it lives as long as the old
                              one
  --public-key-file <file>    of a public key: the next one, PEM or JWK

${HAND_OVER_HELP}

${KEYS_HELP}

Exit codes: 0 it is done; 1 it cannot be (key_not_found, key_final, conflict, overlap_too_long);
2 wrong use; 3 a file or the database failed.
`;

export const rotate: Command = { name: 'rotate', summary: 'issue the successor of a key', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [keyid = ''] = requirePositionals(positionals, 'keyid');
  const overlap = readDuration(required(values.overlap, 'overlap', 'how long both count; 0 for a key that leaked'), 'overlap');
  const expiresIn = values['expires-in'] === undefined ? undefined : readDuration(values['expires-in'], 'expires-in');
  const change = { overlap, expiresIn, actor: actorOf(context) };
  const file = values['public-key-file'];
  return withApiKeys(
    context,
    values,
    async (apiKeys) => {
      const { kind } = await requireKey(apiKeys, keyid);
      if (kind !== 'ed25519') return handOver(context, values, apiKeys, () => apiKeys.rotate(keyid, change));
      if (file === undefined) throw new UsageError('this is a public key: give the next one by --public-key-file');
      const key = await apiKeys.rotateTo(keyid, await readPublicKey(context, file), change);
      context.stdout.write(values.json === true ? jsonLine({ key }) : `${key.keyid}\n`);
      return EXIT.ok;
    },
    keyid,
  );
}

/** A public key from a file: PEM or JWK. @throws {Failure} If it is none. */
export async function readPublicKey(context: CommandContext, file: string): Promise<PublicKey> {
  const text = await readText(context, file);
  return ofFile(file, () =>
    text.trimStart().startsWith('{') ? importPublicKeyJwk(parseJsonStrict(text) as Jwk) : importPublicKeyPem(text),
  );
}
