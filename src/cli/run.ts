/**
 * The command line: finds the command, or says what there is.
 *
 * @module
 */

import { nearest } from '../internal/nearest.ts';
import { requireNoSecrets } from './argument-secrets.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, UsageError } from './command.ts';
import { report } from './report.ts';
import { untilAborted } from './until-aborted.ts';

/** What the command line itself is told. */
export interface Program {
  readonly version: string;
  readonly commands: readonly Command[];
}

/** Runs a command line, `context.argv` being all of it. Never rejects: the answer is the exit code. */
export async function runProgram(program: Program, context: CommandContext): Promise<ExitCode> {
  try {
    requireNoSecrets(context.argv);
    return await dispatch(program, context);
  } catch (error) {
    const { argv, stdout, stderr } = context;
    const passesOptionsOn = program.commands.find(({ name }) => name === argv[0])?.passesOptionsOn === true;
    const isAsked = (option: string) => !passesOptionsOn && argv.includes(option);
    return report(error, { stdout, stderr, json: isAsked('--json'), debug: isAsked('--debug') });
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
  if (first === 'help') return print(pageOf(find(program.commands, rest).command));
  const { command, argv } = find(program.commands, context.argv);
  if (asksForHelp(argv, command)) return print(pageOf(command));
  const running = command.run({ ...context, argv });
  return command.endsBySignal === true ? running : untilAborted(running, context.signal);
}

/** The command that the words lead to, and what stands behind them. */
function find(commands: readonly Command[], words: readonly string[]): { readonly command: Command; readonly argv: readonly string[] } {
  const [name = '', ...argv] = words;
  const command = commands.find((one) => one.name === name);
  if (command === undefined) throw unknownCommand(name, commands);
  const [next = '-'] = argv;
  return command.commands === undefined || next.startsWith('-') ? { command, argv } : find(command.commands, argv);
}

function pageOf({ help }: Command): string {
  return `${help.trim()}\n`;
}

/** Behind `--` there are no options. */
function asksForHelp(argv: readonly string[], { passesOptionsOn }: Command): boolean {
  const end = argv.indexOf('--');
  const looked = passesOptionsOn === true ? argv.slice(0, 1) : argv.slice(0, end < 0 ? undefined : end);
  return looked.some((argument) => argument === '--help' || argument === '-h');
}

function unknownCommand(name: string, commands: readonly Command[]): UsageError {
  const isOption = name.startsWith('-');
  const known = isOption ? ['--help', '--version'] : commands.map((command) => command.name);
  const near = nearest(name, known);
  const what = isOption ? 'option' : 'command';
  const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
  return new UsageError(`there is no ${what} ${JSON.stringify(name.slice(0, 40))}; ${hint}`);
}

function overview({ commands }: Program): string {
  return `Usage: countersign <command> [options]

Commands:
${listCommands(commands)}

  countersign <command> --help   what a command does, and its options
  countersign --version          the version

Exit codes: 0 it is done, or the answer is yes; 1 the answer is no; 2 wrong use; 3 something outside failed.
With --json, a command answers JSON on stdout. With --debug, an error shows where it comes from.
`;
}

/** Names and summaries, a line each. */
export function listCommands(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}
