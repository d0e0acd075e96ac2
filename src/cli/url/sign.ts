/**
 * `countersign url sign`: a URL that may be opened for a while.
 *
 * @module
 */

import { signUrl } from '../../url/sign-url.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { readDuration, readList, required } from '../input/values.ts';
import { jsonLine } from '../output/text.ts';
import { KEY_HELP, KEY_OPTIONS, readSigner } from '../sign/signer.ts';

const OPTIONS = {
  ...KEY_OPTIONS,
  'expires-in': { type: 'string' },
  method: { type: 'string' },
  'one-time': { type: 'boolean' },
  ignore: { type: 'string', multiple: true },
} as const;

const HELP = `
Usage: countersign url sign <url> --expires-in <duration> [options]

Signs a URL: whoever has it may open it until it expires.

  --expires-in <duration>     how long it is good for: 15m, 1h, 7d
  --method <method>           what it is opened with; default GET
  --one-time                  it counts once
  --ignore <a,b>              parameters that others may append: utm_source

${KEY_HELP}

  --json                      JSON on stdout
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 here it is; 2 wrong use; 3 a file failed.
`;

export const sign: Command = { name: 'sign', summary: 'sign a URL', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [given = ''] = requirePositionals(positionals, 'url');
  const expiresIn = readDuration(required(values['expires-in'], 'expires-in', 'how long the URL is good for'), 'expires-in');
  const signer = await readSigner(context, values);
  const options = { signer, expiresIn, method: values.method, oneTime: values['one-time'], ignore: readList(values.ignore) };
  const url = await ofArguments(() => signUrl(given, options));
  context.stdout.write(values.json === true ? jsonLine({ url, keyid: signer.keyid }) : `${url}\n`);
  return EXIT.ok;
}
