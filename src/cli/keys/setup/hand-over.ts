/**
 * Handing a new secret over: into a file that only its owner reads, under a claim link, or to the screen, once.
 *
 * @module
 */

import type { ApiKeys } from '../../../api-key/api-keys.ts';
import type { IssuedKey } from '../../../api-key/issued-key.ts';
import { type CommandContext, EXIT, type ExitCode, type OptionTable, UsageError } from '../../command.ts';
import { readDuration } from '../../input/values.ts';
import { writeSecretFile } from '../../output/secret-file.ts';
import { jsonLine } from '../../output/text.ts';

/** How. */
export const HAND_OVER_OPTIONS = {
  out: { type: 'string' },
  claim: { type: 'boolean' },
  'claim-url': { type: 'string' },
  'claim-expires-in': { type: 'string' },
} as const satisfies OptionTable;

/** Those options, as given, and whether JSON is wanted. */
export interface HandOverValues {
  readonly out?: string | undefined;
  readonly claim?: boolean | undefined;
  readonly 'claim-url'?: string | undefined;
  readonly 'claim-expires-in'?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What the pages say of them. */
export const HAND_OVER_HELP = `The secret is shown this once:
  --out <file>                into a new file that only you can read; default: to stdout
  --claim                     under a token that works once, for somebody else to claim
  --claim-url <url>           the same, as a link: the token stands behind its #
  --claim-expires-in <time>   how long it waits; default 1d`;

/** The two lines of a file for `--env-file`, `source`, and `--key-file`. */
export function envLines(keyid: string, secret: string): string {
  return `COUNTERSIGN_KEYID=${keyid}\nCOUNTERSIGN_SECRET=${secret}\n`;
}

/** Makes a key, and hands its secret over. A file is there before the key is. */
export async function handOver(
  context: CommandContext,
  values: HandOverValues,
  apiKeys: ApiKeys,
  make: () => Promise<IssuedKey>,
): Promise<ExitCode> {
  const { out, json = false, 'claim-url': claimUrl } = values;
  const { stdout, stderr } = context;
  if (values.claim === true || claimUrl !== undefined) {
    if (out !== undefined) throw new UsageError('--out and --claim exclude each other: the secret is in the claim');
    return handOverClaim(context, values, apiKeys, make);
  }
  if (out === undefined) {
    const { keyid, secret, key } = await make();
    stdout.write(json ? jsonLine({ key, secret }) : envLines(keyid, secret));
    if (!json) stderr.write('countersign: the secret is shown this once\n');
    return EXIT.ok;
  }
  const { keyid, key } = await writeSecretFile(context, out, async () => {
    const issued = await make();
    return [envLines(issued.keyid, issued.secret), issued] as const;
  });
  stdout.write(json ? jsonLine({ key, file: out }) : `${keyid}\n`);
  if (!json) stderr.write(`countersign: the secret is in ${out}, and nowhere else\n`);
  return EXIT.ok;
}

const LONGEST_WAIT = 31 * 86_400;

async function handOverClaim(
  { stdout, stderr }: CommandContext,
  values: HandOverValues,
  apiKeys: ApiKeys,
  make: () => Promise<IssuedKey>,
): Promise<ExitCode> {
  const { 'claim-url': url, 'claim-expires-in': wait, json = false } = values;
  const expiresIn = wait === undefined ? undefined : readDuration(wait, 'claim-expires-in');
  // Before the key is made, whose secret would be lost.
  if (expiresIn === 0 || (expiresIn ?? 0) > LONGEST_WAIT) throw new UsageError('--claim-expires-in must be up to 31d');
  const issued = await make();
  const { token, expiresAt } = await apiKeys.createClaim(issued, { expiresIn });
  const link = url === undefined ? token : `${url}#${token}`;
  if (json) stdout.write(jsonLine({ key: issued.key, claim: { token, url: url && link, expiresAt } }));
  else {
    stdout.write(`${link}\n`);
    stderr.write(`countersign: ${issued.keyid} waits to be claimed, once\n`);
  }
  return EXIT.ok;
}
