/**
 * `countersign gateway`: a verifier behind a gateway, for backends in any language.
 *
 * @module
 */

import { readArguments } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, UsageError } from '../command.ts';

const HELP = `
Usage: countersign gateway --profile <gateway> [options]

Verifies what a gateway asks about, over HTTP.

  --profile <name>   the gateway in front: nginx, njs, caddy, haproxy, envoy, traefik
  --help             this page

Exit codes: 0 it ended when it was told to; 2 wrong use; 3 the port, a file or the database failed.
`;

/** Runs a verifier that gateways ask. */
export const gateway: Command = {
  name: 'gateway',
  summary: 'verify for nginx, Caddy, HAProxy, Envoy, Traefik',
  help: HELP,
  endsBySignal: true,
  run,
};

async function run({ argv }: CommandContext): Promise<ExitCode> {
  const { values } = readArguments(argv, { profile: { type: 'string' } });
  if (values.profile === undefined) throw new UsageError('--profile is required: the gateway in front');
  return EXIT.ok;
}
