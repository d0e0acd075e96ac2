/**
 * The demo: a bank, a consumer and an eavesdropper on loopback. Every step is checked; the exit code says whether each
 * went as printed.
 *
 *   npm run demo              the story
 *   npm run demo -- --json    the same as one JSON document
 *   npm run demo -- --serve   keeps the bank open: a page to try it on, and a request to paste
 */
import { parseArgs } from 'node:util';
import { serve } from './serve.ts';
import type { Step } from './step.ts';
import { play } from './story.ts';

const USAGE = `usage: npm run demo -- [--json | --serve [--port N]]

  --json      print the transcript as JSON
  --serve     keep the bank open: a page, and a ready-to-paste request
  --port N    the port to serve on (default: any free one)
`;

interface Flags {
  readonly json: boolean;
  readonly serve: boolean;
  readonly port: number;
}

function readFlags(args: readonly string[]): Flags | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        serve: { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535 || (values.json && values.serve)) return undefined;
    return { json: values.json, serve: values.serve, port };
  } catch {
    return undefined;
  }
}

function printStep({ ok, title, detail }: Step): void {
  console.log(`  ${ok ? 'ok ' : 'NOT'}  ${title.padEnd(58)} ${detail}`);
}

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2));
  if (flags === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (flags.serve) {
    await serve(flags.port);
    return 0;
  }
  if (!flags.json) console.log('\nA bank credits gold coins to whoever signs for them. An eavesdropper reads the wire.\n');
  const steps = await play(flags.json ? () => undefined : printStep);
  const ok = steps.every((step) => step.ok);
  if (flags.json) console.log(JSON.stringify({ ok, steps }, null, 2));
  else console.log(ok ? '\nEvery step went as printed.\n' : '\nA step did NOT go as it should.\n');
  return ok ? 0 : 1;
}

process.exitCode = await main();
