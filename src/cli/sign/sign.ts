/**
 * `countersign sign`: prints the fields that sign a request.
 *
 * @module
 */

import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { readBytes } from '../input/read.ts';
import { jsonLine } from '../output/text.ts';
import { readFieldLine, SIGNING_HELP, SIGNING_OPTIONS, signPlainRequest } from './request.ts';

const OPTIONS = {
  ...SIGNING_OPTIONS,
  method: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  'body-file': { type: 'string' },
  base: { type: 'boolean' },
} as const;

const HELP = `
Usage: countersign sign <url> [options]

Prints the fields that sign a request, a line each: set them on the request, and send it to the very
URL that is printed to stderr. countersign curl does that by itself.

  --method, -X <method>       default GET; POST with a body
  --header, -H <line>         a field of the request, Name: value; several times
  --body-file <file>          the content, byte by byte; - for stdin
  --base                      prints the signature base instead: what is signed, for countersign
                              explain

${SIGNING_HELP}

  --json                      fields, url, label, created, nonce and base as JSON
  --debug                     shows where an error comes from
  --help                      this page

Examples:
  countersign sign https://bank.example/coins --key-file jdoe.env
  countersign sign https://bank.example/coins --key-file jdoe.env -H 'Content-Type: text/plain' \\
    --body-file order.json

Exit codes: 0 here they are; 2 wrong use; 3 a file failed.
`;

export const sign: Command = { name: 'sign', summary: 'print the fields that sign a request', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [url = ''] = requirePositionals(positionals, 'url');
  const file = values['body-file'];
  const body = file === undefined ? undefined : await readBytes(context, file);
  const method = values.method ?? (body === undefined ? 'GET' : 'POST');
  const request = { method, url, fields: (values.header ?? []).map(readFieldLine), body };
  const signed = await signPlainRequest(context, request, values);
  const { fields, label, created, nonce, base } = signed;
  if (values.json === true) context.stdout.write(jsonLine({ url: signed.url, fields, label, created, nonce, base }));
  else if (values.base === true) context.stdout.write(base);
  else {
    context.stdout.write(fields.map(([name, value]) => `${titleCase(name)}: ${value}\n`).join(''));
    if (signed.url !== url) context.stderr.write(`countersign: send it to ${signed.url}\n`);
  }
  return EXIT.ok;
}

/** As fields are usually written. */
function titleCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
