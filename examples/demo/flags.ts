/**
 * The flags of the demo, also those that npm took for its own.
 */
import { parseArgs } from 'node:util';

/** What the demo is asked to do. */
export interface Flags {
  readonly json: boolean;
  readonly serve: boolean;
  /** The port to serve on; 0 for any that is free. */
  readonly port: number;
  /** Whether npm swallowed some of them. */
  readonly swallowed: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = ['json', 'serve', 'port'] as const;

/**
 * Reads the command line.
 *
 * @throws {TypeError} With words for the user, if it is not one of the demo's.
 */
export function readFlags(args: readonly string[], environment: Environment): Flags {
  const swallowed = swallowedByNpm(environment);
  const { values } = parseArgs({
    args: [...swallowed, ...args],
    options: { json: { type: 'boolean', default: false }, serve: { type: 'boolean', default: false }, port: { type: 'string' } },
  });
  const { json, serve } = values;
  if (json && serve) throw new TypeError('--json and --serve exclude each other');
  if (values.port !== undefined && !serve) throw new TypeError('--port belongs to --serve');
  return { json, serve, port: readPort(values.port ?? '0'), swallowed: swallowed.length > 0 };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new TypeError('--port takes a number from 0 to 65535');
  return port;
}

/**
 * `npm run demo --serve` keeps the flag to itself, and tells its child in the environment. A value that stood behind it
 * comes as an argument: `--port 8080` as `true` here, and `8080` there.
 */
function swallowedByNpm(environment: Environment): readonly string[] {
  if (environment['npm_lifecycle_event'] !== 'demo') return [];
  return NAMES.flatMap((name) => {
    const value = environment[`npm_config_${name}`] ?? '';
    if (value === '' || value === 'false') return [];
    if (value === 'true') return [`--${name}`];
    return [`--${name}=${value}`];
  });
}
