/**
 * `countersign completion`: what a shell needs to complete commands and options.
 *
 * @module
 */

import { COMMON, readArguments, requirePositionals } from './arguments.ts';
import { type Command, EXIT } from './command.ts';
import { readChoice } from './input/values.ts';

const HELP = `
Usage: countersign completion <bash|zsh|fish>

Prints a script that completes commands and options.

  --debug   shows where an error comes from
  --help    this page

Examples:
  source <(countersign completion bash)
  countersign completion zsh > ~/.zfunc/_countersign
  countersign completion fish > ~/.config/fish/completions/countersign.fish

Exit codes: 0 here it is; 2 wrong use.
`;

/** Words that may follow words: `keys` is followed by `issue`, `keys issue` by `--owner`. */
type Followers = readonly (readonly [words: string, followers: readonly string[]])[];

/** Makes the command, for all the others. */
export function completion(commands: readonly Command[]): Command {
  const run: Command['run'] = async ({ argv, stdout }) => {
    const { positionals } = readArguments(argv, {});
    const [shell = ''] = requirePositionals(positionals, 'bash|zsh|fish');
    const followers = followersOf([...commands, { name: 'completion', commands: SHELLS }], '');
    stdout.write(scripts[readChoice(shell, 'shell', ['bash', 'zsh', 'fish'])](followers));
    return EXIT.ok;
  };
  return { name: 'completion', summary: 'complete commands and options in bash, zsh and fish', help: HELP, run };
}

type Named = Pick<Command, 'name' | 'options' | 'passesOptionsOn'> & { readonly commands?: readonly Named[] | undefined };

const SHELLS: readonly Named[] = ['bash', 'zsh', 'fish'].map((name) => ({ name }));

function followersOf(commands: readonly Named[], before: string): Followers {
  const here: Followers = [[before, commands.map(({ name }) => name)]];
  return here.concat(
    commands.flatMap(({ name, commands: inner, options, passesOptionsOn }): Followers => {
      const words = before === '' ? name : `${before} ${name}`;
      if (inner !== undefined) return followersOf(inner, words);
      const all = [...Object.keys(options ?? {}), ...(passesOptionsOn === true ? [] : Object.keys(COMMON)), 'help'];
      return options === undefined ? [] : [[words, all.map((option) => `--${option}`)]];
    }),
  );
}

const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', (followers: Followers) => string>> = {
  bash: (followers) => `_countersign() {
  local words="\${COMP_WORDS[*]:1:2}" cur="\${COMP_WORDS[COMP_CWORD]}" found=""
  [ "$COMP_CWORD" -eq 1 ] && words=""
  [ "$COMP_CWORD" -eq 2 ] && words="\${COMP_WORDS[1]}"
${cases(followers, 'found')}
  COMPREPLY=($(compgen -W "$found" -- "$cur"))
  [ -z "$found" ] && COMPREPLY=($(compgen -f -- "$cur"))
}
complete -o default -F _countersign countersign
`,
  zsh: (followers) => `#compdef countersign
local first="\${words[2]}" second="\${words[3]}" found=""
local words_="$first $second"
[ "$CURRENT" -eq 2 ] && words_=""
[ "$CURRENT" -eq 3 ] && words_="$first"
${cases(followers, 'found').replaceAll('$words', '$words_')}
compadd -- \${=found}
[ -z "$found" ] && _files
`,
  fish: (followers) =>
    followers
      .map(([words, next]) => {
        const condition =
          words === ''
            ? '__fish_use_subcommand'
            : words
                .split(' ')
                .map((word) => `__fish_seen_subcommand_from ${word}`)
                .join('; and ');
        const [options, names] = [next.filter((word) => word.startsWith('--')), next.filter((word) => !word.startsWith('--'))];
        const lines = options.map((option) => `complete -c countersign -n '${condition}' -l ${option.slice(2)}`);
        if (names.length > 0) lines.push(`complete -c countersign -f -n '${condition}' -a '${names.join(' ')}'`);
        return `${lines.join('\n')}\n`;
      })
      .join(''),
};

/** The longer words first: the first that fits counts. */
function cases(followers: Followers, variable: string): string {
  const lines = [...followers].reverse().map(([words, next]) => {
    const pattern = words === '' ? '""' : words.includes(' ') ? `"${words}"` : `"${words}"|"${words} "*`;
    return `    ${pattern}) ${variable}="${next.join(' ')}" ;;`;
  });
  return `  case "$words" in\n${lines.join('\n')}\n  esac`;
}
