/** The command line itself: finds a command, says what there is, and ends with the code that its page names. */
import { describe, expect, it } from 'vitest';
import { newKeyText } from '../../src/api-key/credential/format.ts';
import { NO_SECRET_HERE } from '../../src/cli/argument-secrets.ts';
import { readArguments } from '../../src/cli/arguments.ts';
import { type Command, EXIT, UsageError } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { group } from '../../src/cli/group.ts';
import { runProgram } from '../../src/cli/run.ts';
import { contextOf } from './support/context.ts';

const KEYID = 'bank_live_4nQe0ZsX9TbKpL2c';
const SECRET = newKeyText('hmac', KEYID, (length) => new Uint8Array(length));

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
    ['--verison', 'countersign: there is no option "--verison"; did you mean --version?\n'],
    ['--yes', 'countersign: there is no option "--yes"; there are --help, --version\n'],
  ])('does not know %s', async (name, err) => {
    expect(await run(name)).toEqual({ code: 2, out: '', err });
  });

  it.each([
    [['echo', 'yes'], 0, ''],
    [['echo', 'no'], 1, ''],
    [['echo'], 2, 'countersign: say what\n'],
    [['echo', '--luod'], 2, 'countersign: there is no option --luod; did you mean --loud?\n'],
    [['echo', '-d', 'x'], 2, 'countersign: there is no option -d\n'],
    [['echo', '--secret=hunter2'], 2, `countersign: there is no option --secret: ${NO_SECRET_HERE}\n`],
    [['echo', '--token', 'hunter2'], 2, `countersign: there is no option --token: ${NO_SECRET_HERE}\n`],
    [['echo', `x=${SECRET}`], 2, `countersign: argument 2 holds a secret: ${NO_SECRET_HERE}\n`],
    [['echo', 'postgres://jdoe:hunter2@db/bank'], 2, `countersign: argument 2 holds a secret: ${NO_SECRET_HERE}\n`],
    [['echo', '-----BEGIN PRIVATE KEY-----'], 2, `countersign: argument 2 holds a secret: ${NO_SECRET_HERE}\n`],
    [['echo', '{"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}'], 2, `countersign: argument 2 holds a secret: ${NO_SECRET_HERE}\n`],
    [['echo', 'postgres://db/bank'], 0, ''],
    [['echo', KEYID], 0, ''],
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

describe('a group of commands', () => {
  const program = { version: '1.2.3', commands: [group('say', 'says things', [echo]), { ...echo, name: 'wrap', passesOptionsOn: true }] };
  const ended = async (...argv: readonly string[]) => {
    const context = contextOf({ argv });
    const code = await runProgram(program, context);
    return { code, out: context.stdout.text(), err: context.stderr.text() };
  };

  it('runs the one that is named', async () => {
    expect(await ended('say', 'echo', 'x')).toEqual({ code: 0, out: '{"positionals":["x"],"values":{}}\n', err: '' });
  });

  it.each([[['say', '--help']], [['help', 'say']]])('lists them: %j', async (argv) => {
    const { code, out } = await ended(...argv);
    expect(code).toBe(0);
    expect(out).toContain('  echo  says what it is told\n');
  });

  it.each([[['say', 'echo', '--help']], [['help', 'say', 'echo']]])('has their pages: %j', async (argv) => {
    expect(await ended(...argv)).toEqual({ code: 0, out: 'Usage: countersign echo <text>\n', err: '' });
  });

  it('is called wrongly alone, and by another name', async () => {
    expect(await ended('say')).toMatchObject({ code: 2, err: expect.stringMatching(/^Usage: countersign say <command>/) });
    expect(await ended('say', 'ecco')).toEqual({ code: 2, out: '', err: 'countersign: there is no command "ecco"; did you mean echo?\n' });
  });

  it('leaves the options of another program to it', async () => {
    expect((await ended('wrap', '--help')).out).toContain('Usage:');
    expect(await ended('wrap', 'break', '--json')).toMatchObject({ code: 3, out: '' });
  });
});

describe('an error', () => {
  const failing = (error: unknown, ...argv: readonly string[]) => {
    const context = contextOf({ argv: ['fail', ...argv] });
    const fail: Command = { ...echo, name: 'fail', run: () => Promise.reject(error) };
    return runProgram({ version: '', commands: [fail] }, context).then((code) => ({ code, err: context.stderr.text() }));
  };

  it('is one line, whatever it says', async () => {
    expect(await failing(new Error('one\ntwo'))).toEqual({ code: 3, err: 'countersign: one\n' });
    expect(await failing(new AggregateError([new Error('connect ECONNREFUSED')]))).toEqual({
      code: 3,
      err: 'countersign: connect ECONNREFUSED\n',
    });
    expect(await failing(Object.assign(new Error(''), { code: 'EPIPE' }))).toEqual({ code: 3, err: 'countersign: EPIPE\n' });
    expect(await failing('thrown')).toEqual({ code: 3, err: 'countersign: failed\n' });
  });

  it('shows where it comes from with --debug alone', async () => {
    const { err } = await failing(new Error('broken', { cause: new Error('deeper') }), '--debug');
    expect(err).toMatch(/^countersign: broken\nError: broken\n +at .*\ncaused by Error: deeper/s);
  });
});

describe('a signal', () => {
  it('ends what does not end by itself', async () => {
    const ending = new AbortController();
    const context = contextOf({ argv: ['wait'], signal: ending.signal });
    const wait: Command = { ...echo, name: 'wait', run: () => new Promise(() => undefined) };
    const running = runProgram({ version: '', commands: [wait] }, context);
    ending.abort();
    expect(await running).toBe(3);
    expect(context.stderr.text()).toBe('countersign: interrupted\n');
  });

  it('is left to what does', async () => {
    const ending = new AbortController();
    const until: Command = {
      ...echo,
      name: 'until',
      endsBySignal: true,
      run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(EXIT.ok))),
    };
    const running = runProgram({ version: '', commands: [until] }, contextOf({ argv: ['until'], signal: ending.signal }));
    await Promise.resolve();
    ending.abort();
    expect(await running).toBe(0);
  });
});

const everyCommand = (list: readonly Command[], before = ''): readonly (readonly [string, Command])[] =>
  list.flatMap((command) => [
    [before + command.name, command] as const,
    ...everyCommand(command.commands ?? [], `${before}${command.name} `),
  ]);

describe('each command', () => {
  it.each(everyCommand(commands))(
    '%s names its options on its page, and no others',
    (name, { help, options, commands: inner, passesOptionsOn }) => {
      // What curl's are is curl's affair, and the gateway has a test of its own.
      if (inner !== undefined || options === undefined) return;
      const described = [...help.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, option]) => option);
      const known = [...Object.keys(options), ...(passesOptionsOn ? [] : ['json', 'debug']), 'help'];
      const left =
        name === 'keys issue' || name === 'keys enrol'
          ? known
          : known.filter((option) => !['prefix', 'peppers-file', 'max-keys-per-owner'].includes(option) || name === 'scan');
      expect(left.filter((option) => !help.includes(`--${option}`))).toEqual([]);
      expect(described.filter((option) => !known.includes(option!))).toEqual([]);
    },
  );

  it.each(everyCommand(commands))('%s has a page, and says how it ends', (name, { help, summary }) => {
    expect(help.trimStart()).toMatch(new RegExp(`^Usage: countersign ${name}\\b`));
    expect(help).toContain('--help');
    expect(help).toMatch(/Exit codes: 0/);
    expect(summary).not.toMatch(/\n|\.$/);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
