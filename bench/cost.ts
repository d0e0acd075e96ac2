/**
 * `npm run bench:cost`: what anybody can make us spend. The worst 16 KiB that we know of, of every kind of component and
 * every carrier, each refused by its signature, and none may take more than ten times what SHA-256 takes for 1 MiB.
 *
 *   npm run bench:cost -- key      only cases whose name holds the word
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { workOf } from './clock.ts';
import {
  forgedFetchRequest,
  forgedForm,
  forgedJson,
  forgedLicense,
  forgedPayload,
  forgedRequest,
  forgedRespelled,
  forgedResponse,
  forgedText,
  forgedUrl,
  type Refused,
  requestOf,
  sizeOf,
  unverified,
  verifyForgedLicense,
  verifyForgedLicenseSync,
} from './hostile/forged.ts';
import { fieldCases, headCases } from './hostile/heads.ts';
import { forms, jsonValues, queries, respelledQueries } from './hostile/texts.ts';
import { type Case, holdAgainst } from './limit.ts';

const KIB = 1024;
const SIZE = 16 * KIB;

interface Hostile {
  readonly name: string;
  readonly bytes: number;
  readonly run: Refused;
}

async function* requests(): AsyncIterable<Hostile> {
  for (const [name, make] of headCases) {
    const head = make(SIZE);
    const request = requestOf(head);
    const bytes = sizeOf(request);
    yield { name: `request, ${name}`, bytes, run: forgedRequest(request) };
    yield { name: `fetch request, ${name}`, bytes, run: forgedFetchRequest(request) };
    yield { name: `unverified, ${name}`, bytes, run: unverified(request) };
    if (fieldCases.has(name)) yield { name: `response, ${name}`, bytes, run: forgedResponse(head) };
  }
}

/** Requests of half the size: a target may have no more. */
async function* respelled(): AsyncIterable<Hostile> {
  for (const [name, make] of Object.entries(respelledQueries)) {
    const request = requestOf({ covered: ['"@target-uri"', '"@request-target"'], target: `/?${make(SIZE / 2 - 2)}` });
    yield { name: `respelled request, ${name}`, bytes: SIZE, run: forgedRespelled(request) };
  }
}

async function* urls(): AsyncIterable<Hostile> {
  for (const [name, make] of Object.entries(queries)) {
    const query = make(SIZE - 400);
    yield { name: `URL, ${name}`, bytes: query.length + 400, run: await forgedUrl(query, false) };
    yield { name: `URL, ${name}, written anew`, bytes: query.length + 400, run: await forgedUrl(query, true) };
  }
}

async function* payloads(): AsyncIterable<Hostile> {
  for (const [name, make] of Object.entries(jsonValues)) {
    const text = await forgedJson(make(SIZE - 400));
    const bytes = Buffer.from(text);
    yield { name: `payload, ${name}`, bytes: bytes.length, run: forgedPayload(text) };
    yield { name: `payload as bytes, ${name}`, bytes: bytes.length, run: forgedPayload(bytes) };
    if (name !== 'a member twice, at the end')
      yield { name: `parsed payload, ${name}`, bytes: bytes.length, run: forgedPayload(JSON.parse(text) as object) };
  }
  for (const part of ['x', '\u{1f600}', '\0'])
    yield { name: `text, ${JSON.stringify(part)}`, bytes: SIZE, run: await forgedText(part.repeat(SIZE / Buffer.byteLength(part))) };
  for (const [name, make] of Object.entries(forms)) yield { name: `form, ${name}`, bytes: SIZE, run: await forgedForm(make(SIZE)) };
}

async function* licenses(): AsyncIterable<Hostile> {
  for (const [name, make] of Object.entries(jsonValues)) {
    const text = await forgedLicense(make(SIZE - 400));
    const line = Buffer.from(await forgedLicense(make((SIZE - 400) * 0.75))).toString('base64url');
    yield { name: `license, ${name}`, bytes: Buffer.byteLength(text), run: verifyForgedLicense(text) };
    yield { name: `license in one line, ${name}`, bytes: line.length, run: verifyForgedLicense(line) };
    yield { name: `license at once, ${name}`, bytes: Buffer.byteLength(text), run: verifyForgedLicenseSync(text) };
  }
  const text = await forgedLicense('1');
  yield { name: 'license, blank lines', bytes: SIZE, run: verifyForgedLicense('\n'.repeat(SIZE - text.length) + text) };
  yield {
    name: 'license, blank lines inside',
    bytes: SIZE,
    run: verifyForgedLicense(text.replace('{', `{${' \n'.repeat((SIZE - text.length) / 2)}`)),
  };
}

/** A whole mebibyte of JSON: 64 times as much, so each 16 KiB of it may take as long. */
async function* largePayloads(): AsyncIterable<Hostile> {
  for (const [name, make] of Object.entries(jsonValues))
    yield { name: `payload of 1 MiB, ${name}`, bytes: KIB * KIB, run: forgedPayload(await forgedJson(make(KIB * KIB - 400))) };
}

const MEBIBYTE = Buffer.alloc(KIB * KIB, 0x5a);

const hash = (): unknown => createHash('sha256').update(MEBIBYTE).digest();

/** One after the other, so that what slows one slows both. */
async function timesSha256(run: Refused): Promise<number> {
  await workOf(run, 40);
  const unit = await workOf(hash, 80);
  return (await workOf(run, 80)) / unit;
}

async function casesOf(all: AsyncIterable<Hostile>, wanted: readonly string[], size: number): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for await (const { name, bytes, run } of all) {
    if (!wanted.every((word) => name.includes(word))) continue;
    // Larger than what is promised would prove too much, much smaller nothing.
    if (bytes > size + 1024 || bytes < size * 0.8) throw new RangeError(`${name}: ${bytes} bytes`);
    cases.push({ name, remark: `${bytes} bytes ${await run()}`, measure: async () => (await timesSha256(run)) / (size / SIZE) });
  }
  return cases;
}

async function* chain(...parts: readonly AsyncIterable<Hostile>[]): AsyncIterable<Hostile> {
  for (const part of parts) yield* part;
}

const { positionals } = parseArgs({ allowPositionals: true });
const small = await casesOf(chain(requests(), respelled(), urls(), payloads(), licenses()), positionals, SIZE);
const large = await casesOf(largePayloads(), positionals, KIB * KIB);
await workOf(hash, 100);
const unit = await workOf(hash, 200);
console.log(`Node ${process.versions.node}; SHA-256 of 1 MiB takes ${unit.toFixed(2)} ms`);
const limit = { limit: 10, hopeless: 30, unit: 'times SHA-256 of 1 MiB' };
const met = [
  small.length === 0 || (await holdAgainst({ ...limit, title: '16 KiB' }, small)),
  large.length === 0 || (await holdAgainst({ ...limit, title: 'each 16 KiB of 1 MiB' }, large)),
];
process.exitCode = met.every(Boolean) ? 0 : 1;
