/**
 * The demo: a bank, a consumer and an eavesdropper on loopback. Every step is checked; the exit code says whether each
 * went as printed.
 *
 *   npm run demo              the story
 *   npm run demo -- --json    the same as one JSON document
 *   npm run demo -- --serve   keeps the bank open: a page to try it on, and a request to paste
 */
import { type Flags, readFlags } from './flags.ts';
import { PortError } from './http.ts';
import { serve } from './serve.ts';
import type { Step } from './step.ts';
import { play } from './story.ts';

const USAGE = `usage: npm run demo -- [--json | --serve [--port N]]

  --json      print the transcript as JSON
  --serve     keep the bank open: a page, and a ready-to-paste request
  --port N    the port to serve on (default: any free one)
`;

const DASHES = `npm takes flags that stand before two dashes for its own, and will refuse those it does not know. Write: npm run demo -- `;

async function main(): Promise<number> {
  const flags = readFlagsOr((problem) => process.stderr.write(`${problem}\n\n${USAGE}`));
  if (flags === undefined) return 2;
  const { json, port, swallowed } = flags;
  if (swallowed) process.stderr.write(`${DASHES}${json ? '--json' : `--serve${port === 0 ? '' : ` --port ${port}`}`}\n\n`);
  return flags.serve ? serveOn(port) : tell(json);
}

function readFlagsOr(complain: (problem: string) => void): Flags | undefined {
  try {
    return readFlags(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    complain(error.message);
    return undefined;
  }
}

async function serveOn(port: number): Promise<number> {
  try {
    await serve(port);
    return 0;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    process.stderr.write(`${error.message} Choose another one: npm run demo -- --serve --port ${error.another}
or let the system choose: npm run demo -- --serve
`);
    return 1;
  }
}

async function tell(json: boolean): Promise<number> {
  if (!json) console.log('\nA bank credits gold coins to whoever signs for them. An eavesdropper reads the wire.\n');
  const steps = await play(json ? () => undefined : printStep);
  const ok = steps.every((step) => step.ok);
  if (json) console.log(JSON.stringify({ ok, steps }, null, 2));
  else console.log(ok ? '\nEvery step went as printed.\n' : '\nA step did NOT go as it should.\n');
  return ok ? 0 : 1;
}

function printStep({ ok, title, detail }: Step): void {
  console.log(`  ${ok ? 'ok ' : 'NOT'}  ${title.padEnd(58)} ${detail}`);
}

process.exitCode = await main();
