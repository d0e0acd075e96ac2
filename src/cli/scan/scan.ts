/**
 * `countersign scan`: keys of ours in files where they do not belong.
 *
 * @module
 */

import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { readArguments } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, type Failure, type Input } from '../command.ts';
import { fileFailure } from '../input/read.ts';
import { readList } from '../input/values.ts';
import { jsonLine, painter, printable } from '../output/text.ts';
import { type FoundKey, KeyFinder } from './find-keys.ts';
import { walk } from './walk.ts';

const OPTIONS = { prefix: { type: 'string', multiple: true } } as const;

const HELP = `
Usage: countersign scan [<path> …] [options]

Looks for keys and signing secrets of this package's format: by their shape, and by their checksum,
so that nothing else is taken for one. Without a path, the folder; - is stdin (git diff |
countersign scan -). Skipped are .git, node_modules, links, and binary files. Printed is the public
part alone: it says which key to revoke.

  --prefix <a,b>              keys that begin so; default: all
  --json                      what was found as JSON
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 nothing was found; 1 something was; 2 wrong use; 3 nothing was found in what could be
read, and something could not.
`;

export const scan: Command = {
  name: 'scan',
  summary: 'look for keys in files where they do not belong',
  help: HELP,
  options: OPTIONS,
  run,
};

/** A key, and the file it is in. */
interface Finding extends FoundKey {
  readonly file: string;
}

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  const prefixes = readList(values.prefix);
  const json = values.json === true;
  const failures: Failure[] = [];
  const found: Finding[] = [];
  const { strong } = painter(context.stdout, context);
  const onFound = (finding: Finding): void => {
    if (prefixes !== undefined && !prefixes.includes(finding.prefix)) return;
    found.push(finding);
    const { file, line, column, keyid, kind } = finding;
    if (!json)
      context.stdout.write(
        `${strong(`${printable(file)}:${line}:${column}`)}: ${keyid} (${kind === 'hmac' ? 'signing secret' : 'bearer key'})\n`,
      );
  };
  const files = await scanAll(context, positionals.length === 0 ? ['.'] : positionals, onFound, failures);
  for (const { message } of failures) context.stderr.write(`countersign: ${message}\n`);
  if (json) context.stdout.write(jsonLine({ found, files, unreadable: failures.map(({ message }) => message) }));
  if (found.length > 0) return EXIT.no;
  return failures.length > 0 ? EXIT.failed : EXIT.ok;
}

async function scanAll(
  context: CommandContext,
  paths: readonly string[],
  onFound: (finding: Finding) => void,
  failures: Failure[],
): Promise<number> {
  let files = 0;
  const look = async (file: string, input: AsyncIterable<string | Uint8Array>): Promise<void> => {
    files++;
    for await (const key of keysIn(input)) onFound({ file, ...key });
  };
  for (const path of paths) {
    if (path === '-') {
      await look('stdin', context.stdin);
      continue;
    }
    for await (const file of walk(context, path, (failure) => failures.push(failure))) {
      if (context.signal.aborted) return files;
      await look(file, createReadStream(resolve(context.cwd, file))).catch((error: unknown) =>
        failures.push(fileFailure('read', file, error)),
      );
    }
  }
  return files;
}

/** The keys in a stream; none in a binary. */
async function* keysIn(input: Input | AsyncIterable<string | Uint8Array>): AsyncGenerator<FoundKey> {
  const finder = new KeyFinder();
  let isFirst = true;
  for await (const chunk of input) {
    const text = Buffer.from(chunk as Uint8Array).toString('latin1');
    if (isFirst && text.slice(0, BINARY).includes('\0')) return;
    isFirst = false;
    yield* finder.find(text, false);
  }
  yield* finder.find('', true);
}

/** Bytes in which a NUL tells a binary, as git has it. */
const BINARY = 8000;
