/**
 * The command line: finds the command, or says what there is.
 *
 * @module
 */

import { nearest } from '../internal/nearest.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, UsageError } from './command.ts';

/** What the command line itself is told. */
export interface Program {
  readonly version: string;
  readonly commands: readonly Command[];
}

/** Runs a command line, `context.argv` being all of it. Never rejects: the answer is the exit code. */
export async function runProgram(program: Program, context: CommandContext): Promise<ExitCode> {
  try {
    return await dispatch(program, context);
  } catch (error) {
    return report(error, context);
  }
}

async function dispatch(program: Program, context: CommandContext): Promise<ExitCode> {
  const [first, ...rest] = context.argv;
  const print = (text: string): ExitCode => {
    context.stdout.write(text);
    return EXIT.ok;
  };
  if (first === '--version' || first === '-v') return print(`${program.version}\n`);
  if (first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) return print(overview(program));
  if (first === undefined) throw new UsageError(overview(program).trimEnd());
  const [name, argv] = first === 'help' ? [rest[0]!, ['--help']] : [first, rest];
  const command = program.commands.find((one) => one.name === name);
  if (command === undefined) throw unknownCommand(name, program);
  return asksForHelp(argv) ? print(`${command.help.trim()}\n`) : command.run({ ...context, argv });
}

/** Behind `--` there are no options. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).some((argument) => argument === '--help' || argument === '-h');
}

function unknownCommand(name: string, { commands }: Program): UsageError {
  const known = commands.map((command) => command.name);
  const near = nearest(name, known);
  const what = name.startsWith('-') ? 'option' : 'command';
  const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
  return new UsageError(`there is no ${what} ${JSON.stringify(name.slice(0, 40))}; ${hint}`);
}

function overview({ commands }: Program): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: countersign <command> [options]

Commands:
${lines.join('\n')}

  countersign <command> --help   what a command does, and its options
  countersign --version          the version

Exit codes: 0 it is done, or the answer is yes; 1 the answer is no; 2 wrong use; 3 something outside failed.
With --json, a command answers JSON on stdout.
`;
}

function report(error: unknown, { argv, stdout, stderr }: CommandContext): ExitCode {
  const isUsage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : 'failed';
  stderr.write(message.startsWith('Usage: ') ? `${message}\n` : `countersign: ${message}\n`);
  if (argv.includes('--json')) stdout.write(`${JSON.stringify({ error: { kind: isUsage ? 'usage' : 'failed', message } })}\n`);
  return isUsage ? EXIT.usage : EXIT.failed;
}
