/**
 * `countersign keys enrol`: public keys of consumers, in the three ways they come.
 *
 * @module
 */

import type { Enrolment } from '../../api-key/claim/enrolments.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, type OptionTable, UsageError } from '../command.ts';
import { readJson } from '../input/read.ts';
import { readDuration } from '../input/values.ts';
import { writeSecretFile } from '../output/secret-file.ts';
import { jsonLine } from '../output/text.ts';
import { readPublicKey } from './rotate.ts';
import { NEW_KEY_HELP, NEW_KEY_OPTIONS, readNewKey } from './setup/new-key.ts';
import { KEYS_HELP, KEYS_OPTIONS, withApiKeys } from './setup/with-api-keys.ts';

const OPTIONS = {
  ...KEYS_OPTIONS,
  ...NEW_KEY_OPTIONS,
  'max-keys-per-owner': { type: 'string' },
  'public-key-file': { type: 'string' },
  'accept-file': { type: 'string' },
  'token-expires-in': { type: 'string' },
  keyid: { type: 'string' },
  out: { type: 'string' },
} as const satisfies OptionTable;

const HELP = `
Usage: countersign keys enrol --owner <text> --public-key-file <file> [options]
       countersign keys enrol --owner <text> [options]
       countersign keys enrol --accept-file <file> [options]

Registers an Ed25519 public key: there is no secret that could leak.

  --public-key-file <file>    registers this one at once: PEM or JWK; - for stdin
  --keyid <text>              the name it is known by; default: its thumbprint
  --accept-file <file>        registers what a consumer sent: the JSON of countersign keys prove
  --token-expires-in <time>   without either of them, a token is made with which a consumer
                              registers a key himself; how long it counts; default 1d
  --out <file>                that token into a new file that only you can read; default: to stdout

${NEW_KEY_HELP}

  --max-keys-per-owner <n>    usable keys of one owner at the most; default 20

${KEYS_HELP}

Exit codes: 0 it is done; 1 it cannot be (enrolment_refused, claim_used, keyid_taken,
limit_reached); 2 wrong use; 3 a file or the database failed.
`;

export const enrol: Command = {
  name: 'enrol',
  summary: 'register a public key, or let its owner do it',
  help: HELP,
  options: OPTIONS,
  run,
};

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const { 'public-key-file': publicKeyFile, 'accept-file': acceptFile, keyid, json = false } = values;
  if (publicKeyFile !== undefined && acceptFile !== undefined)
    throw new UsageError('--public-key-file and --accept-file exclude each other');
  if (acceptFile === undefined && publicKeyFile === undefined) return makeToken(context, values);
  const key = await (acceptFile === undefined ? register(context, values, publicKeyFile!, keyid) : accept(context, values, acceptFile));
  context.stdout.write(json ? jsonLine({ key }) : `${key.keyid}\n`);
  return EXIT.ok;
}

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

async function register(context: CommandContext, values: Values, file: string, keyid: string | undefined) {
  const details = await readNewKey(context, values);
  const publicKey = await readPublicKey(context, file);
  return withApiKeys(context, values, (apiKeys) => apiKeys.importPublicKey(publicKey, { ...details, keyid }));
}

async function accept(context: CommandContext, values: Values, file: string) {
  const enrolment = (await readJson(context, file)) as Enrolment;
  return withApiKeys(context, values, (apiKeys) => apiKeys.acceptEnrolment(enrolment));
}

async function makeToken(context: CommandContext, values: Values): Promise<ExitCode> {
  const { notBefore, ...details } = await readNewKey(context, values);
  if (notBefore !== undefined) throw new UsageError('--not-before is for a key that is registered at once');
  const wait = values['token-expires-in'];
  const tokenExpiresIn = wait === undefined ? undefined : readDuration(wait, 'token-expires-in');
  const make = () => withApiKeys(context, values, (apiKeys) => apiKeys.createEnrolment({ ...details, tokenExpiresIn }));
  const { out, json = false } = values;
  const { stdout, stderr } = context;
  if (out === undefined) {
    const { token, expiresAt } = await make();
    stdout.write(json ? jsonLine({ token, expiresAt }) : `${token}\n`);
    if (!json) stderr.write('countersign: whoever has this token registers one key; it is shown this once\n');
    return EXIT.ok;
  }
  const { expiresAt } = await writeSecretFile(context, out, async () => {
    const made = await make();
    return [`${made.token}\n`, made] as const;
  });
  if (json) stdout.write(jsonLine({ file: out, expiresAt }));
  return EXIT.ok;
}
