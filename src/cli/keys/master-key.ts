/**
 * `countersign keys master-key`: a line for the file of master keys or peppers.
 *
 * @module
 */

import { generateSecret } from '../../crypto/hmac/secret.ts';
import { toBase64url } from '../../internal/base64.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, UsageError } from '../command.ts';
import { required } from '../input/values.ts';
import { writeSecretFile } from '../output/secret-file.ts';
import { jsonLine } from '../output/text.ts';

const OPTIONS = { out: { type: 'string' } } as const;

const HELP = `
Usage: countersign keys master-key <name> --out <file> [options]

Makes a master key, or a pepper, of 32 random bytes: one line, <name>:<base64>, in a new file that
only you can read. The name goes along with what it seals: a year will do. Who loses it loses every
signing secret: back it up apart from the database.

  --out <file>                the file
  --json                      JSON on stdout
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 it is done; 2 wrong use; 3 the file cannot be written.
`;

export const masterKey: Command = { name: 'master-key', summary: 'make a master key or a pepper', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [name = ''] = requirePositionals(positionals, 'name');
  if (!/^[\w-]{1,64}$/.test(name)) throw new UsageError('<name> must be letters, digits, - and _, 64 at the most');
  const out = required(values.out, 'out', 'a new file for the key');
  await writeSecretFile(context, out, async () => [`${name}:${toBase64url(generateSecret())}\n`, undefined] as const);
  if (values.json === true) context.stdout.write(jsonLine({ name, file: out }));
  return EXIT.ok;
}
