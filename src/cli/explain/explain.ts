/**
 * `countersign explain`: which line of two signature bases differs, and why that usually happens.
 *
 * @module
 */

import { type Explanation, explainMismatch } from '../../explain/explain.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, Failure } from '../command.ts';
import { readChoice } from '../input/values.ts';
import { jsonLine, painter, printable } from '../output/text.ts';
import { type FoundBase, readBase } from './base-of.ts';

const OPTIONS = { scheme: { type: 'string' } } as const;

const HELP = `
Usage: countersign explain <signed> <received> [options]

Compares what was signed with what arrived, line by line, and says why lines usually differ. Each
is a file: a signature base (countersign sign --base, or the log of the verifier), what countersign
sign --json printed, the refusal of a verifier that shows its base, or the request as HTTP text. -
is stdin.

  --scheme <https|http>       of HTTP text, which does not say it; default https
  --json                      the differences as JSON
  --debug                     shows where an error comes from
  --help                      this page

Examples:
  countersign explain sent.http received.http
  countersign explain signed.base refusal.json

Exit codes: 0 all lines agree; 1 they differ, or the content does not fit its digest; 2 wrong use;
3 a file failed, or holds no signature base.
`;

export const explain: Command = { name: 'explain', summary: 'say which line of a signature differs', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const [signed = '', received = ''] = requirePositionals(positionals, 'signed', 'received');
  const scheme = readChoice(values.scheme ?? 'https', 'scheme', ['https', 'http']);
  const ours = await readBase(context, signed, scheme);
  const theirs = await readBase(context, received, scheme);
  const explanation = compare(ours, theirs);
  const changed = theirs.contentFits === false;
  if (values.json === true) context.stdout.write(jsonLine({ ...explanation, contentFits: theirs.contentFits, refusal: theirs.refusal }));
  else context.stdout.write(asText(explanation, theirs, context));
  return explanation.same && !changed ? EXIT.ok : EXIT.no;
}

function compare({ base: signed }: FoundBase, { base: received }: FoundBase): Explanation {
  try {
    return explainMismatch({ signed, received });
  } catch (error) {
    throw error instanceof TypeError ? new Failure(`what is ${error.message}`, { cause: error }) : error;
  }
}

function asText({ same, differences, summary }: Explanation, { contentFits, refusal }: FoundBase, context: CommandContext): string {
  const { good, bad, strong } = painter(context.stdout, context);
  const lines: string[] = refusal === undefined ? [] : [`refused  ${printable(refusal)}`];
  for (const { component, signed, received, cause, advice } of differences)
    lines.push(strong(component), `  signed    ${shown(signed, good)}`, `  received  ${shown(received, bad)}`, `  ${cause} ${advice}`);
  if (contentFits === false) lines.push(CONTENT);
  else if (same) lines.push(summary);
  return `${lines.join('\n')}\n`;
}

const CONTENT =
  'The content that was received does not fit its Content-Digest: it was changed on the way, or saved as something else than its bytes.';

function shown(value: string | undefined, paint: (text: string) => string): string {
  return value === undefined ? '(nothing)' : paint(printable(value));
}
