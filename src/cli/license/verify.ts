/**
 * `countersign license verify`: whether a license counts.
 *
 * @module
 */

import { exportPublicKeyJwk } from '../../crypto/forms/export.ts';
import { jwkThumbprint } from '../../crypto/thumbprint.ts';
import { isVerificationError } from '../../errors.ts';
import type { VerifiedLicense } from '../../license/examine.ts';
import { verifyLicense } from '../../license/verify.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, UsageError } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { readBytes } from '../input/read.ts';
import { readList, readTime, required } from '../input/values.ts';
import { jsonLine, painter, printable, table, timeText } from '../output/text.ts';
import { readPublicKeyFile } from '../sign/key-file.ts';

const OPTIONS = {
  'public-key-file': { type: 'string', multiple: true },
  keyid: { type: 'string' },
  product: { type: 'string' },
  subject: { type: 'string' },
  machine: { type: 'string' },
  'released-at': { type: 'string' },
  understood: { type: 'string', multiple: true },
  at: { type: 'string' },
} as const;

const HELP = `
Usage: countersign license verify <file> --product <name> --public-key-file <file> [options]

Verifies a license, either form. - is stdin.

  --public-key-file <file>    the public key, PEM or JWK; several times
  --keyid <text>              the name of the key, if it is not its thumbprint
  --product <name>            what must be licensed
  --subject <text>            whom it must be for; default: anybody, and the answer says whom
  --machine <text>            the machine it must be for, if it names one
  --released-at <time>        when your version was released, against its maintenance
  --understood <a,b>          members of your own that may be critical
  --at <time>                 as of then; default now
  --json                      JSON on stdout
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 it counts; 1 it does not; 2 wrong use; 3 a file failed.
`;

export const verify: Command = { name: 'verify', summary: 'verify a license', help: HELP, options: OPTIONS, run };

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [file = ''] = requirePositionals(positionals, 'file');
  const product = required(values.product, 'product', 'what must be licensed');
  const publicKeys = await readKeys(context, values);
  const bytes = await readBytes(context, file);
  const { at, subject, machine, 'released-at': releasedAt } = values;
  const now = at === undefined ? undefined : readTime(at, 'at');
  const options = {
    product,
    publicKeys,
    ...(subject === undefined ? { anySubject: true } : { subject }),
    machine,
    releasedAt: releasedAt === undefined ? undefined : readTime(releasedAt, 'released-at'),
    understood: readList(values.understood),
    now: now === undefined ? undefined : () => now,
  };
  const { stdout } = context;
  try {
    const license = await ofArguments(() => verifyLicense(bytes, options));
    stdout.write(values.json === true ? jsonLine({ valid: true, ...plain(license) }) : asText(license, context));
    return EXIT.ok;
  } catch (error) {
    if (!isVerificationError(error)) throw error;
    const { code, message } = error;
    stdout.write(
      values.json === true
        ? jsonLine({ valid: false, code, message })
        : `${painter(stdout, context).bad('refused')} ${printable(message)}\n`,
    );
    return EXIT.no;
  }
}

async function readKeys(context: CommandContext, values: Values) {
  const files = required(values['public-key-file'], 'public-key-file', 'the public key');
  if (values.keyid !== undefined && files.length > 1) throw new UsageError('--keyid is for one --public-key-file');
  const keys = await Promise.all(files.map((file) => readPublicKeyFile(context, file)));
  const named = keys.map(async (key) => [values.keyid ?? (await jwkThumbprint(exportPublicKeyJwk(key))), key] as const);
  return Object.fromEntries(await Promise.all(named));
}

function plain({ payload, product, subject, keyid, created, expires }: VerifiedLicense) {
  return { terms: payload, product, subject, keyid, created, expires };
}

function asText(license: VerifiedLicense, context: CommandContext): string {
  const { payload, product, subject, keyid, created, expires } = license;
  const rows = [
    ['product', printable(product)],
    ...(subject === undefined ? [] : [['subject', printable(subject)]]),
    ['keyid', printable(keyid)],
    ['created', timeText(created)],
    ['expires', expires === undefined ? 'never' : timeText(expires)],
    ['terms', printable(JSON.stringify(payload))],
  ];
  return `${painter(context.stdout, context).good('valid')}\n${table(rows).replace(/^(?=.)/gm, '  ')}`;
}
