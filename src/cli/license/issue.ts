/**
 * `countersign license issue`: a license, signed.
 *
 * @module
 */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSigner } from '../../crypto/signer.ts';
import { issueLicense } from '../../license/issue.ts';
import type { LicenseTerms } from '../../license/terms.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { fileFailure, readJson } from '../input/read.ts';
import { readList, readTime, required } from '../input/values.ts';
import { jsonLine } from '../output/text.ts';
import { readPrivateKey } from '../sign/key-file.ts';

const OPTIONS = {
  'key-file': { type: 'string' },
  keyid: { type: 'string' },
  product: { type: 'string' },
  subject: { type: 'string' },
  expires: { type: 'string' },
  feature: { type: 'string', multiple: true },
  machine: { type: 'string' },
  'maintenance-until': { type: 'string' },
  'terms-file': { type: 'string' },
  line: { type: 'boolean' },
  out: { type: 'string' },
} as const;

const HELP = `
Usage: countersign license issue --product <name> --key-file <file> [options]

Issues a license, which applications check offline with the public key.

  --key-file <file>           your Ed25519 private key, PEM or JWK, as countersign keys pair makes
                              it
  --keyid <text>              the name of the key; default: its thumbprint
  --product <name>            what is licensed: io.stochastic.tungsten
  --subject <text>            whom it is for: an account, an order
  --expires <time>            the last second it is valid; default: it is perpetual
  --feature <a,b>             what it unlocks; several times, or with commas
  --machine <text>            the one machine it is for
  --maintenance-until <time>  until when new versions are included
  --terms-file <file>         JSON with terms of your own, beside those
  --line                      one line for pasting; default: JSON that people can read
  --out <file>                into a new file; default: to stdout
  --json                      both forms as JSON
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 here it is; 2 wrong use; 3 a file failed.
`;

export const issue: Command = { name: 'issue', summary: 'issue a license', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const product = required(values.product, 'product', 'what is licensed');
  const keyFile = required(values['key-file'], 'key-file', 'your private key');
  const { expires, 'maintenance-until': maintenance, 'terms-file': termsFile, out, subject } = values;
  const terms: LicenseTerms = {
    ...(termsFile !== undefined && ((await readJson(context, termsFile)) as LicenseTerms)),
    ...(values.machine !== undefined && { machine: values.machine }),
    ...(values.feature !== undefined && { features: readList(values.feature) }),
    ...(maintenance !== undefined && { maintenanceUntil: readTime(maintenance, 'maintenance-until') }),
  };
  const privateKey = await readPrivateKey(context, keyFile);
  const issued = await ofArguments(() =>
    issueLicense(terms, {
      signer: createSigner({ privateKey, keyid: values.keyid }),
      product,
      subject,
      expires: expires === undefined ? undefined : readTime(expires, 'expires'),
    }),
  );
  const text = values.line === true ? `${issued.line}\n` : issued.json;
  if (out === undefined) context.stdout.write(values.json === true ? jsonLine(issued) : text);
  else {
    await writeFile(resolve(context.cwd, out), text, { flag: 'wx' }).catch((error: unknown) => {
      throw fileFailure('write', out, error);
    });
    if (values.json === true) context.stdout.write(jsonLine({ file: out }));
  }
  return EXIT.ok;
}
