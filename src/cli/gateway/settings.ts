/**
 * What `countersign gateway` is told: by options, and by a file with the same names, whose values options replace.
 *
 * @module
 */

import { parseJsonStrict } from '../../canonical/strict-json.ts';
import { readOptions } from '../../internal/options.ts';
import { readArguments } from '../arguments.ts';
import { type CommandContext, type OptionTable, UsageError } from '../command.ts';
import { readText } from '../input/read.ts';

/** The options, as a file writes them; on the command line `secretEnv` is `--secret-env`. */
export interface GatewaySettings {
  readonly profile?: string | undefined;
  readonly body?: string | undefined;
  readonly listen?: string | undefined;
  readonly authority?: readonly string[] | undefined;
  readonly scheme?: string | undefined;
  readonly scope?: readonly string[] | undefined;
  readonly keyid?: string | undefined;
  readonly secretEnv?: string | undefined;
  readonly secretFile?: string | undefined;
  readonly publicKeyFile?: string | undefined;
  readonly database?: string | undefined;
  readonly tablePrefix?: string | undefined;
  readonly environment?: string | undefined;
  readonly masterKeysFile?: string | undefined;
  readonly gatewaySecretEnv?: string | undefined;
  readonly gatewaySecretFile?: string | undefined;
  readonly insecurelyAssumeNoEarlierMessages?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** What each value is. */
const KINDS = {
  profile: 'text',
  body: 'text',
  listen: 'text',
  authority: 'texts',
  scheme: 'text',
  scope: 'texts',
  keyid: 'text',
  secretEnv: 'text',
  secretFile: 'text',
  publicKeyFile: 'text',
  database: 'text',
  tablePrefix: 'text',
  environment: 'text',
  masterKeysFile: 'text',
  gatewaySecretEnv: 'text',
  gatewaySecretFile: 'text',
  insecurelyAssumeNoEarlierMessages: 'flag',
  json: 'flag',
} as const satisfies Record<keyof GatewaySettings, 'text' | 'texts' | 'flag'>;

const optionName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The options, as the command line has them. */
export const GATEWAY_OPTIONS = {
  config: { type: 'string' },
  ...Object.fromEntries(
    Object.entries(KINDS).map(([name, kind]) => [
      optionName(name),
      { type: kind === 'flag' ? 'boolean' : 'string', multiple: kind === 'texts' } as const,
    ]),
  ),
} as const satisfies OptionTable;

/**
 * Reads the options and the file.
 *
 * @throws {UsageError} If one is unknown or of another kind.
 * @throws {Failure} If the file cannot be read.
 */
export async function readSettings(context: CommandContext): Promise<GatewaySettings> {
  const { values, positionals } = readArguments(context.argv, GATEWAY_OPTIONS);
  if (positionals.length > 0) throw new UsageError('gateway takes options only');
  const given: Readonly<Record<string, unknown>> = values;
  const fromOptions = Object.keys(KINDS).map((name) => [name, given[optionName(name)]] as const);
  const { config } = values;
  return {
    ...(typeof config === 'string' ? readConfig(await readText(context, config)) : {}),
    ...Object.fromEntries(fromOptions.filter(([, value]) => value !== undefined)),
  };
}

function readConfig(text: string): GatewaySettings {
  const parsed = parseConfig(text);
  try {
    const read = readOptions(parsed, NAMES, { name: 'the file of --config' });
    for (const [name, kind] of Object.entries(KINDS)) requireKind(name, read[name as keyof GatewaySettings], kind);
    return read;
  } catch (error) {
    throw new UsageError(error instanceof TypeError ? error.message : 'the file of --config is unusable', { cause: error });
  }
}

function parseConfig(text: string): GatewaySettings {
  try {
    return parseJsonStrict(text) as GatewaySettings;
  } catch (cause) {
    throw new UsageError('the file of --config is no JSON', { cause });
  }
}

const NAMES = Object.fromEntries(Object.keys(KINDS).map((name) => [name, true])) as Record<keyof GatewaySettings, true>;

function requireKind(name: string, value: unknown, kind: 'text' | 'texts' | 'flag'): void {
  if (value === undefined) return;
  const fits = {
    text: typeof value === 'string',
    texts: Array.isArray(value) && value.every((one) => typeof one === 'string'),
    flag: typeof value === 'boolean',
  }[kind];
  const what = { text: 'a string', texts: 'a list of strings', flag: 'true or false' }[kind];
  if (!fits) throw new TypeError(`the file of --config: ${name} must be ${what}`);
}
