/**
 * `countersign curl`: signs the request that a command line of curl describes, and has curl send it.
 *
 * What is signed is what is sent: the content goes to curl by its stdin, byte by byte, and the URL in the spelling that is signed. Of the
 * key curl learns nothing.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { readArguments } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, Failure, UsageError } from '../command.ts';
import { readCurlArguments } from './curl-arguments.ts';
import { type CurlRequest, readCurlRequest } from './curl-request.ts';
import { SIGNING_HELP, SIGNING_OPTIONS, type SignedRequest, signPlainRequest } from './request.ts';

const HELP = `
Usage: countersign curl [options] <options of curl> <url>

Signs a request, and has curl send it. Options of curl are curl's: -X, -H, -d and its kin, --json,
-G, -I, -T, -o, -i, -s, -v, -x, --cacert, … Hashed and signed is what is sent, byte by byte.

${SIGNING_HELP}

  --help                      this page, as the first argument

Not taken, since what is sent would not be what was signed: -L (a signature does not follow a
redirect), -F (a form whose boundary curl makes up: send one from a file), several URLs, --retry,
-K. ~/.curlrc is not read.

Examples:
  countersign curl --key-file jdoe.env https://bank.example/coins
  countersign curl --key-file jdoe.env --json @order.json https://bank.example/coins
  countersign curl --key-file jdoe.env -X DELETE -i https://bank.example/coins/7

Exit codes: 0 curl is content; 1 the server refused, and -f or --fail-with-body asked for that; 2
wrong use; 3 a file failed, there is no curl, or curl failed: it says why.
`;

export const curl: Command = {
  name: 'curl',
  summary: 'sign a request, and have curl send it',
  help: HELP,
  options: SIGNING_OPTIONS,
  passesOptionsOn: true,
  run,
};

async function run(context: CommandContext): Promise<ExitCode> {
  const { ours, parts, passed } = readCurlArguments(context.argv, new Set(Object.keys(SIGNING_OPTIONS)));
  const { values } = readArguments(ours, SIGNING_OPTIONS);
  if (values['secret-file'] === '-') throw new UsageError('--secret-file - and content from stdin would be one: give a file');
  const request = await readCurlRequest(context, parts);
  const signed = await signPlainRequest(context, request, values);
  const env = withoutOurs(context.env, values['secret-env']);
  const code = await runCurl({ ...context, env }, [...curlArguments(request, signed), ...passed, signed.url], request.body);
  if (code === 0) return EXIT.ok;
  // HTTP status 400 or above, with --fail.
  if (code === 22) return EXIT.no;
  throw new Failure(`curl ended with ${code}`);
}

/** The method, the fields and the content for curl; nothing that ~/.curlrc says. */
function curlArguments({ method, fields, without, body }: CurlRequest, signed: SignedRequest): readonly string[] {
  const lines = [
    ...fields.map(([name, value]) => (value === '' ? `${name};` : `${name}: ${value}`)),
    ...without.map((name) => `${name}:`),
    ...signed.fields.map(([name, value]) => `${name}: ${value}`),
  ];
  const send = method === 'HEAD' ? ['--head'] : ['--request', method];
  const content = body === undefined ? [] : ['--data-binary', '@-'];
  return ['--disable', '--globoff', '--path-as-is', ...send, ...content, ...lines.flatMap((line) => ['--header', line])];
}

/** Runs curl, its output ours; the code it ends with. */
function runCurl(
  { env, cwd, stdout, stderr, signal }: CommandContext,
  args: readonly string[],
  body: Uint8Array | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // Its own terminal is curl's too: progress meters and colours ask for it.
    const through = (output: unknown, own: unknown) => (output === own ? 'inherit' : 'pipe');
    const stdio = ['pipe', through(stdout, process.stdout), through(stderr, process.stderr)] as const;
    const child = spawn('curl', args, { cwd, env: { ...env }, stdio: [...stdio], signal });
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Failure(error.code === 'ENOENT' ? 'there is no curl on the path: install it' : `curl: ${error.message}`, { cause: error }),
      ),
    );
    child.stdout?.on('data', (chunk: Uint8Array) => writeRaw(stdout, chunk));
    child.stderr?.on('data', (chunk: Uint8Array) => writeRaw(stderr, chunk));
    // One that has heard enough closes it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(body);
    child.on('close', (code) => resolve(code ?? 3));
  });
}

/** A stream of Node takes bytes, and those of curl need be no text. */
function writeRaw(output: { write(text: string): unknown }, chunk: Uint8Array): void {
  (output as { write(chunk: string | Uint8Array): unknown }).write(chunk);
}

/** The environment without our secrets. */
function withoutOurs(env: CommandContext['env'], secret: string | undefined): CommandContext['env'] {
  const isOurs = (name: string) => name.startsWith('COUNTERSIGN_') || name === 'DATABASE_URL' || name === secret;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOurs(name)));
}
