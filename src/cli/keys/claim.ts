/**
 * `countersign keys claim`: takes the secret that waits under a token.
 *
 * @module
 */

import { generateSecret } from '../../crypto/hmac/secret.ts';
import { toBase64url } from '../../internal/base64.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { requireSecret } from '../input/secret.ts';
import { writeSecretFile } from '../output/secret-file.ts';
import { jsonLine } from '../output/text.ts';
import { envLines } from './setup/hand-over.ts';
import { KEYS_HELP, KEYS_OPTIONS, withApiKeys } from './setup/with-api-keys.ts';

const OPTIONS = {
  ...KEYS_OPTIONS,
  'token-file': { type: 'string' },
  'token-env': { type: 'string' },
  out: { type: 'string' },
} as const;

const HELP = `
Usage: countersign keys claim [options]

Takes the secret that waits under a claim token, once. The token is asked for at the prompt, or
comes from a file or a variable; a whole link will do.

  --token-file <file>         the token; - for stdin
  --token-env <name>          the variable with the token
  --out <file>                into a new file that only you can read; default: to stdout

${KEYS_HELP}

Exit codes: 0 here it is; 1 there is nothing to claim (claim_unknown, claim_used, claim_expired);
2 wrong use; 3 a file or the database failed.
`;

export const claim: Command = { name: 'claim', summary: 'take the secret that waits under a token', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const token = await requireToken(context, values);
  // Nobody claims again: what this makes up is forgotten.
  const claimer = toBase64url(generateSecret());
  const { out, json = false } = values;
  const take = () => withApiKeys(context, values, (apiKeys) => apiKeys.claim(token, { claimer }));
  if (out === undefined) {
    const { keyid, secret } = await take();
    context.stdout.write(json ? jsonLine({ keyid, secret }) : envLines(keyid, secret));
    return EXIT.ok;
  }
  const { keyid } = await writeSecretFile(context, out, async () => {
    const claimed = await take();
    return [envLines(claimed.keyid, claimed.secret), claimed] as const;
  });
  context.stdout.write(json ? jsonLine({ keyid, file: out }) : `${keyid}\n`);
  return EXIT.ok;
}

/** A token, or the end of the link that holds it. */
export async function requireToken(
  context: CommandContext,
  values: { readonly 'token-file'?: string | undefined; readonly 'token-env'?: string | undefined },
): Promise<string> {
  const text = await requireSecret(context, {
    what: 'the token',
    file: values['token-file'],
    fileOption: 'token-file',
    variable: values['token-env'],
    variableOption: 'token-env',
    ask: true,
  });
  return text.trim().replace(/^.*#/s, '');
}
