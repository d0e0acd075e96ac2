/**
 * `countersign gateway`: a verifier behind a gateway, for backends in any language.
 *
 * @module
 */

import { createGateway, type Gateway, type VerificationEvent } from '../../gateway/index.ts';
import type { GatewayBody, GatewayProfile } from '../../gateway/profiles.ts';
import { createVerifier } from '../../http/verifier.ts';
import type { Scheme } from '../../signature/authority.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, UsageError } from '../command.ts';
import { ofArguments } from '../input/blame.ts';
import { findSecret } from '../input/secret.ts';
import { type OpenedKeys, openKeys } from './keys.ts';
import { isLocal, readListenAddress, serveUntil } from './serve.ts';
import { GATEWAY_OPTIONS, type GatewaySettings, readSettings } from './settings.ts';

const HELP = `
Usage: countersign gateway --profile <gateway> --authority <host> (--keyid … | --database …)

Answers a gateway that asks about every request: 200 with who sent it, or the refusal.
What to write into the gateway's configuration: "Behind a gateway" in the documentation.

  --config <file>               JSON with these options: {"profile":"nginx","secretEnv":"BANK"}
  --profile <name>              nginx, njs, caddy, haproxy, envoy or traefik
  --body forwarded|withheld     whether the gateway sends the body along (haproxy, envoy, traefik)
  --listen <address>            default 127.0.0.1:9421; or unix:/path
  --authority <host>            the host that clients address; again for more
  --scheme https|http           what clients use, where the gateway does not say it (envoy), or a
                                proxy in front of it ends TLS
  --scope <scope>               what a key must be allowed; again for more

One key:
  --keyid <keyid>               its name
  --secret-env <variable>       the variable that holds its secret
  --secret-file <file>          the file that holds its secret
  --public-key-file <file>      its public key, PEM

Keys of a database, which remembers the nonces too:
  --database <file>             a SQLite file; default: what DATABASE_URL says
  --table-prefix <text>         what the tables begin with; default countersign_
  --environment <name>          live (default), test, …
  --master-keys-file <file>     as countersign keys has it; or the variable COUNTERSIGN_MASTER_KEYS

  --gateway-secret-env <variable>
  --gateway-secret-file <file>  what the gateway sends as x-gateway-secret; needed where others than
                                this machine reach the address
  --insecurely-assume-no-earlier-messages
                                no cold start: for keys that are new
  --json                        print where it listens as JSON
  --debug                       shows where an error comes from
  --help                        this page

Refusals are told on stderr, a line of JSON each. SIGTERM ends it once all is answered.
Exit codes: 0 it ended as it was told to; 2 wrong use; 3 the port, a file or the database failed.
`;

/** Runs a verifier that gateways ask. */
export const gateway: Command = {
  name: 'gateway',
  summary: 'verify for nginx, Caddy, HAProxy, Envoy, Traefik',
  help: HELP,
  options: GATEWAY_OPTIONS,
  endsBySignal: true,
  run,
};

async function run(context: CommandContext): Promise<ExitCode> {
  const settings = await readSettings(context);
  const { profile, listen = '127.0.0.1:9421', json = false } = settings;
  const address = readListenAddress(listen);
  const secret = await findSecret(context, {
    what: 'the secret of the gateway',
    file: settings.gatewaySecretFile,
    fileOption: 'gateway-secret-file',
    variable: settings.gatewaySecretEnv,
    variableOption: 'gateway-secret-env',
  });
  if (secret === undefined && !isLocal(address))
    throw new UsageError('others than this machine reach that address of --listen: give --gateway-secret-env or --gateway-secret-file');
  const keys = await openKeys(settings, context);
  try {
    const { node } = await ofArguments(() => createGatewayOf(settings, keys, secret, context));
    const tell = (where: string): unknown =>
      context.stdout.write(json ? `${JSON.stringify({ listening: where, profile })}\n` : `listening on ${where} for ${profile}\n`);
    await serveUntil(context.signal, address, (request, response) => void node(request, response), tell);
  } finally {
    await keys.close();
  }
  return EXIT.ok;
}

function createGatewayOf(settings: GatewaySettings, keys: OpenedKeys, secret: string | undefined, { stderr }: CommandContext): Gateway {
  const { profile, body, authority, scheme, scope } = settings;
  if (profile === undefined) throw new UsageError('--profile is required: the gateway in front');
  if (authority === undefined) throw new UsageError('--authority is required: the host that clients address');
  const { resolveKey, replayStore } = keys;
  const verifier = createVerifier({ authority, scheme: scheme as Scheme | undefined, resolveKey, replayStore });
  const told = new WeakSet<object>();
  const tell = (error: unknown, line: object): void => {
    if (!(error instanceof Error) || told.has(error)) return;
    told.add(error);
    stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...line, message: error.message })}\n`);
  };
  const onEvent = ({ outcome, code, keyid, error }: VerificationEvent): void => tell(error, { outcome, code, keyid });
  const onError = (error: unknown): void => tell(error, { outcome: 'failed' });
  // The gateway itself says which words it knows.
  return createGateway({
    verifier,
    profile: profile as GatewayProfile,
    body: body as GatewayBody | undefined,
    secret,
    scopes: scope,
    onEvent,
    onError,
  });
}
