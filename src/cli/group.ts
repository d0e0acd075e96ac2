/**
 * A command that is a name for several: `keys issue`, `keys list`.
 *
 * @module
 */

import { type Command, UsageError } from './command.ts';
import { listCommands } from './run.ts';

/** Makes one. Its page lists what is in it; called alone it is called wrongly. */
export function group(name: string, summary: string, commands: readonly Command[], about = ''): Command {
  const help = `Usage: countersign ${name} <command> [options]

Commands:
${listCommands(commands)}

  countersign ${name} <command> --help   what it does, and its options
${about === '' ? '' : `\n${about.trim()}\n`}
Exit codes: 0 it is done, or the answer is yes; 1 the answer is no; 2 wrong use; 3 something outside
failed.
`;
  const run: Command['run'] = async () => {
    throw new UsageError(help.trim());
  };
  return { name, summary, help, commands, run };
}
