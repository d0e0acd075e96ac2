/**
 * `npm run bench:linear`: eight times as much costs about eight times as much, whatever it is made of and with every limit
 * lifted. A quadratic step would make it sixty-four.
 *
 *   npm run bench:linear -- JSON      only cases whose name holds the word
 */
import { parseArgs } from 'node:util';
import { hostileInputs } from '../test/support/hostile-inputs.ts';
import { workOf } from './clock.ts';
import {
  forgedForm,
  forgedJson,
  forgedLicense,
  forgedPayload,
  forgedRequest,
  forgedUrl,
  type Refused,
  requestOf,
  verifyForgedLicense,
} from './hostile/forged.ts';
import { headCases } from './hostile/heads.ts';
import { forms, jsonValues, queries } from './hostile/texts.ts';
import { type Case, holdAgainst } from './limit.ts';

const KIB = 1024;
const FACTOR = 8;
const LIFTED = { labels: 1e6, components: 1e6, fieldBytes: 1e9, totalFieldBytes: 1e9 };

/** What is done with a message of about so many bytes. */
type Make = (bytes: number) => Refused | Promise<Refused>;

/** Beyond what engines treat as small, and within what a second does many times. */
const smallest: Readonly<Record<string, number>> = {
  input: 16 * KIB,
  head: 16 * KIB,
  URL: 16 * KIB,
  JSON: 128 * KIB,
  form: 64 * KIB,
  license: 64 * KIB,
};

const signatureInput =
  (make: (bytes: number) => string): Make =>
  (bytes) => {
    const fields = [
      ['signature-input', make(bytes)],
      ['signature', 'sig=:AA==:'],
    ] as const;
    return forgedRequest({ method: 'GET', scheme: 'https', authority: 'bank.example', target: '/', fields }, LIFTED);
  };

function* kinds(): Iterable<readonly [kind: string, name: string, make: Make]> {
  for (const [name, make] of Object.entries(hostileInputs)) yield ['input', name, signatureInput(make)];
  for (const [name, make] of headCases) yield ['head', name, (bytes) => forgedRequest(requestOf(make(bytes)), LIFTED)];
  for (const [name, make] of Object.entries(queries)) {
    yield ['URL', name, (bytes) => forgedUrl(make(bytes), false)];
    yield ['URL written anew', name, (bytes) => forgedUrl(make(bytes), true)];
  }
  for (const [name, make] of Object.entries(jsonValues)) {
    yield ['JSON', name, async (bytes) => forgedPayload(await forgedJson(make(bytes)))];
    yield ['license', name, async (bytes) => verifyForgedLicense(await forgedLicense(make(bytes)))];
  }
  for (const [name, make] of Object.entries(forms)) yield ['form', name, (bytes) => forgedForm(make(bytes))];
}

async function growth(one: Refused, more: Refused): Promise<number> {
  await workOf(one, 40);
  await workOf(more, 40);
  // What ends at once, whatever its size, is not worth a ratio.
  return (await workOf(more, 100)) / Math.max(await workOf(one, 100), 0.1);
}

const { positionals } = parseArgs({ allowPositionals: true });
const cases: Case[] = [];
for (const [kind, title, make] of kinds()) {
  const name = `${kind}, ${title}`;
  if (!positionals.every((word) => name.includes(word))) continue;
  const size = smallest[kind]!;
  cases.push({ name, remark: `${size / KIB} KiB`, measure: async () => growth(await make(size), await make(FACTOR * size)) });
}
console.log(`Node ${process.versions.node}`);
const met = await holdAgainst({ title: `${FACTOR} times as much`, limit: 3 * FACTOR, unit: 'times as long' }, cases);
process.exitCode = met ? 0 : 1;
