/**
 * `countersign url verify`: whether a signed URL may be opened.
 *
 * @module
 */

import { isVerificationError } from '../../errors.ts';
import { memoryReplayStore } from '../../replay/memory-store.ts';
import type { VerifiedRequest } from '../../signature/verified/verified-request.ts';
import { verifyUrl } from '../../url/verify-url.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { readText } from '../input/read.ts';
import { readDuration, readList, readTime } from '../input/values.ts';
import { jsonLine, painter, printable, timeText } from '../output/text.ts';
import { RESOLVE_HELP, RESOLVE_OPTIONS, withResolveKey } from '../verify/resolve.ts';

const OPTIONS = {
  ...RESOLVE_OPTIONS,
  authority: { type: 'string', multiple: true },
  method: { type: 'string' },
  'max-age': { type: 'string' },
  ignore: { type: 'string', multiple: true },
  at: { type: 'string' },
} as const;

const HELP = `
Usage: countersign url verify <url> [options]

Verifies a signed URL; - reads it from stdin. Whether it was opened before is not asked, and
nothing is remembered.

  --authority <host>          who you are; several times. Default: whatever the URL says
  --method <method>           what it is opened with; default GET
  --max-age <duration>        how long it may live at the most; default 7d
  --ignore <a,b>              parameters that others may have appended
  --at <time>                 as of then; default now

${RESOLVE_HELP}

  --json                      JSON on stdout
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 it counts; 1 it does not; 2 wrong use; 3 a file or the database failed.
`;

export const verify: Command = { name: 'verify', summary: 'verify a signed URL', help: HELP, options: OPTIONS, run };

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [given = ''] = requirePositionals(positionals, 'url');
  const url = given === '-' ? (await readText(context, '-')).trim() : given;
  const { stdout } = context;
  const { good, bad } = painter(stdout, context);
  try {
    const { keyid, signatures } = await open(context, values, url);
    const [{ created, expires }] = signatures;
    stdout.write(
      values.json === true
        ? jsonLine({ valid: true, keyid, created, expires })
        : `${good('valid')} keyid ${printable(keyid)}, until ${timeText(expires)}\n`,
    );
    return EXIT.ok;
  } catch (error) {
    if (!isVerificationError(error) || error.status >= 500) throw error;
    const { code, message } = error;
    stdout.write(values.json === true ? jsonLine({ valid: false, code, message }) : `${bad('refused')} ${printable(message)}\n`);
    return EXIT.no;
  }
}

function open(context: CommandContext, values: Values, url: string): Promise<VerifiedRequest> {
  const { 'max-age': maxAge, at, method } = values;
  const now = at === undefined ? undefined : readTime(at, 'at');
  const hosts = readList(values.authority);
  const policy = { ignore: readList(values.ignore), maxAge: maxAge === undefined ? undefined : readDuration(maxAge, 'max-age') };
  return withResolveKey(context, values, (resolveKey) =>
    ofArguments(() =>
      verifyUrl(
        { url, method },
        {
          ...(hosts === undefined ? { insecurelyTrustHost: true as const } : { authority: hosts }),
          resolveKey,
          policy,
          now: now === undefined ? undefined : () => now,
          replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
        },
      ),
    ),
  );
}
