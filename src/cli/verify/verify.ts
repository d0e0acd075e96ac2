/**
 * `countersign verify`: whether a request that was saved is signed as it should be.
 *
 * @module
 */

import { createVerifier } from '../../http/verifier.ts';
import { memoryReplayStore } from '../../replay/memory-store.ts';
import type { AuthorityOptions } from '../../signature/authority.ts';
import type { ResolveKey } from '../../signature/key-record.ts';
import type { Policy } from '../../signature/policy.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, type OptionTable, Refusal } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { readJson } from '../input/read.ts';
import { readChoice, readCount, readList } from '../input/values.ts';
import { jsonLine } from '../output/text.ts';
import { clockFor } from './at.ts';
import { type Outcome, outcomeText, verifyOne } from './outcome.ts';
import { RESOLVE_HELP, RESOLVE_OPTIONS, withResolveKey } from './resolve.ts';
import { readSaved, type SavedRequest } from './saved.ts';

const OPTIONS = {
  ...RESOLVE_OPTIONS,
  authority: { type: 'string', multiple: true },
  scheme: { type: 'string' },
  at: { type: 'string' },
  tag: { type: 'string' },
  'policy-file': { type: 'string' },
  entry: { type: 'string' },
} as const satisfies OptionTable;

const HELP = `
Usage: countersign verify <file> [options]

Verifies a request that was saved: as HTTP text (request line, fields, an empty line, the content
byte by byte), or in a HAR file of a browser's developer tools, of which each signed request is
looked at. - is stdin. Whether it was sent before is not asked, and nothing is remembered.

  --authority <host>          who you are; several times. Default: whatever the request says
  --scheme <https|http>       of HTTP text, which does not say it; default https
  --at <time>                 as of then: a time, or created, when the request says it was signed;
                              default now
  --tag <text>                the purpose it must have
  --policy-file <file>        what a signature must fulfil, as JSON: the policy of createVerifier
  --entry <n>                 of a HAR file, this request alone; from 1

${RESOLVE_HELP}

  --json                      one object a request, in a list
  --debug                     shows where an error comes from
  --help                      this page

Examples:
  countersign verify request.http --key-file jdoe.env --authority bank.example --at created
  countersign verify session.har --database keys.db --master-keys-file master.keys --at created

Exit codes: 0 each of them holds; 1 one does not, or none is signed; 2 wrong use; 3 a file or the
database failed, or the file does not hold the request as it was sent.
`;

export const verify: Command = { name: 'verify', summary: 'verify a request that was saved', help: HELP, options: OPTIONS, run };

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [file = ''] = requirePositionals(positionals, 'file');
  const scheme = readChoice(values.scheme ?? 'https', 'scheme', ['https', 'http']);
  const entry = values.entry === undefined ? undefined : readCount(values.entry, 'entry');
  const requests = await readSaved(context, file, { scheme, entry });
  const signed = requests.filter(({ isSigned }) => isSigned || requests.length === 1);
  if (signed.length === 0) throw new Refusal('signature_missing', `none of the ${requests.length} requests is signed`);
  const options = await readOptions(context, values);
  const outcomes = await withResolveKey(context, values, (resolveKey) => verifyAll(signed, { ...options, resolveKey }));
  context.stdout.write(values.json === true ? jsonLine(outcomes) : outcomes.map((outcome) => outcomeText(outcome, context)).join(''));
  return outcomes.every(({ valid }) => valid) ? EXIT.ok : EXIT.no;
}

interface VerifyOptions {
  readonly authority: AuthorityOptions;
  readonly policy: Policy;
  readonly at: string | undefined;
  readonly resolveKey: ResolveKey;
}

async function readOptions(context: CommandContext, values: Values): Promise<Omit<VerifyOptions, 'resolveKey'>> {
  const file = values['policy-file'];
  const policy = file === undefined ? {} : ((await readJson(context, file)) as Policy);
  const hosts = readList(values.authority);
  return {
    authority: hosts === undefined ? { insecurelyTrustHost: true } : { authority: hosts },
    policy: values.tag === undefined ? policy : { ...policy, tag: values.tag },
    at: values.at,
  };
}

async function verifyAll(
  requests: readonly SavedRequest[],
  { authority, policy, at, resolveKey }: VerifyOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { title, message } of requests) {
    const request = message();
    const verifier = await ofArguments(() =>
      createVerifier({
        ...authority,
        policy,
        resolveKey,
        now: clockFor(request, at),
        // Asked is whether it holds, not whether it is new.
        replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
      }),
    );
    outcomes.push(await verifyOne(title, verifier, request));
  }
  return outcomes;
}
