/**
 * `countersign keys prove`: what a consumer sends to register his public key.
 *
 * @module
 */

import { enrol } from '../../api-key/claim/enrolments.ts';
import { derivePublicKey } from '../../crypto/key-pair.ts';
import { createSigner } from '../../crypto/signer.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { required } from '../input/values.ts';
import { jsonLine } from '../output/text.ts';
import { readPrivateKey } from '../sign/key-file.ts';
import { requireToken } from './claim.ts';

const OPTIONS = {
  'key-file': { type: 'string' },
  'token-file': { type: 'string' },
  'token-env': { type: 'string' },
} as const;

const HELP = `
Usage: countersign keys prove --key-file <file> [options]

Prints what registers your public key at a provider who gave you a token: JSON, to be sent to him,
or given to his countersign keys enrol --accept-file. The private key does not leave its file.

  --key-file <file>           your Ed25519 private key, PEM or JWK, as countersign keys pair makes
                              it
  --token-file <file>         the token; - for stdin
  --token-env <name>          the variable with the token; otherwise it is asked for at the prompt
  --json                      the same: the answer is JSON
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 here it is; 2 wrong use; 3 a file failed.
`;

export const prove: Command = {
  name: 'prove',
  summary: 'prove that a public key is yours, to register it',
  help: HELP,
  options: OPTIONS,
  run,
};

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const privateKey = await readPrivateKey(context, required(values['key-file'], 'key-file', 'your private key'));
  const token = await requireToken(context, values);
  const publicKey = await derivePublicKey(privateKey);
  const sent = await ofArguments(() => enrol(token, { signer: createSigner({ privateKey }), publicKey }));
  context.stdout.write(jsonLine(sent));
  return EXIT.ok;
}
