/**
 * `countersign keys pair`: a key pair, the private half into a file.
 *
 * @module
 */

import { exportPrivateKeyPem, exportPublicKeyJwk, exportPublicKeyPem } from '../../crypto/forms/export.ts';
import { generateKeyPair } from '../../crypto/key-pair.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { required } from '../input/values.ts';
import { writeSecretFile } from '../output/secret-file.ts';
import { jsonLine } from '../output/text.ts';

const OPTIONS = { out: { type: 'string' } } as const;

const HELP = `
Usage: countersign keys pair --out <file> [options]

Makes an Ed25519 key pair. The private half goes into a new file that only you can read, the public
half to stdout; the thumbprint, which is its usual keyid, to stderr.

  --out <file>                for the private key, PEM
  --json                      thumbprint and public key as JSON
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 it is done; 2 wrong use; 3 the file cannot be written.
`;

export const pair: Command = { name: 'pair', summary: 'make a key pair', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const out = required(values.out, 'out', 'a new file for the private key');
  const { privateKey, publicKey } = await generateKeyPair({ extractable: true });
  await writeSecretFile(context, out, async () => [await exportPrivateKeyPem(privateKey), undefined] as const);
  const pem = await exportPublicKeyPem(publicKey);
  const { thumbprint } = privateKey;
  if (values.json === true) context.stdout.write(jsonLine({ thumbprint, publicKey: exportPublicKeyJwk(publicKey), pem, file: out }));
  else {
    context.stdout.write(pem.endsWith('\n') ? pem : `${pem}\n`);
    context.stderr.write(`countersign: thumbprint ${thumbprint}\n`);
  }
  return EXIT.ok;
}
