/** The command line itself: finds a command, says what there is, and ends with the code that its page names. */
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/cli/arguments.ts';
import { type Command, EXIT, UsageError } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/run.ts';
import { contextOf } from './support/context.ts';

const echo: Command = {
  name: 'echo',
  summary: 'says what it is told',
  help: 'Usage: countersign echo <text>\n',
  run: async ({ argv, stdout }) => {
    const { positionals, values } = readArguments(argv, { json: { type: 'boolean' }, loud: { type: 'boolean', short: 'l' } });
    if (positionals[0] === 'break') throw new Error('the disk is full');
    if (positionals[0] === undefined) throw new UsageError('say what');
    stdout.write(`${JSON.stringify({ positionals, values })}\n`);
    return positionals[0] === 'no' ? EXIT.no : EXIT.ok;
  },
};

async function run(...argv: readonly string[]) {
  const context = contextOf({ argv });
  const code = await runProgram({ version: '1.2.3', commands: [echo] }, context);
  return { code, out: context.stdout.text(), err: context.stderr.text() };
}

describe('the command line', () => {
  it.each([['--version'], ['-v']])('tells its version: %s', async (option) => {
    expect(await run(option)).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });

  it.each([['--help'], ['-h'], ['help']])('lists the commands: %s', async (option) => {
    const { code, out, err } = await run(option);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('  echo  says what it is told\n');
    expect(out).toContain('Exit codes: 0');
  });

  it('is used wrongly without a command, and lists them', async () => {
    const { code, out, err } = await run();
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Usage: countersign <command>/);
  });

  it.each([[['echo', '--help']], [['echo', 'x', '-h']], [['help', 'echo']]])('prints the page of a command: %s', async (argv) => {
    expect(await run(...argv)).toEqual({ code: 0, out: 'Usage: countersign echo <text>\n', err: '' });
  });

  it('takes what stands behind -- for text', async () => {
    expect((await run('echo', '--', '--help')).out).toBe('{"positionals":["--help"],"values":{}}\n');
  });

  it.each([
    ['ehco', 'countersign: there is no command "ehco"; did you mean echo?\n'],
    ['something', 'countersign: there is no command "something"; there are echo\n'],
    ['--verison', 'countersign: there is no option "--verison"; there are echo\n'],
  ])('does not know %s', async (name, err) => {
    expect(await run(name)).toEqual({ code: 2, out: '', err });
  });

  it.each([
    [['echo', 'yes'], 0, ''],
    [['echo', 'no'], 1, ''],
    [['echo'], 2, 'countersign: say what\n'],
    [['echo', '--luod'], 2, 'countersign: there is no option --luod; did you mean --loud?\n'],
    [['echo', '--secret=hunter2'], 2, 'countersign: there is no option --secret\n'],
    [['echo', '--loud=hunter2'], 2, "countersign: Option '-l, --loud' does not take an argument\n"],
    [['echo', 'break'], 3, 'countersign: the disk is full\n'],
  ] as const)('%j ends with %i', async (argv, code, err) => {
    const result = await run(...argv);
    expect([result.code, result.err]).toEqual([code, err]);
  });

  it('tells failures as JSON too, where JSON is asked for', async () => {
    expect(JSON.parse((await run('echo', '--json')).out)).toEqual({ error: { kind: 'usage', message: 'say what' } });
    expect(JSON.parse((await run('echo', '--json', 'break')).out)).toEqual({ error: { kind: 'failed', message: 'the disk is full' } });
  });
});

describe('each command', () => {
  it.each(commands.map((command) => [command.name, command] as const))('%s has a page, and says how it ends', (name, { help, summary }) => {
    expect(help.trimStart()).toMatch(new RegExp(`^Usage: countersign ${name}\\b`));
    expect(help).toContain('--help');
    expect(help).toMatch(/Exit codes: 0/);
    expect(summary).not.toMatch(/\n|\.$/);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
