/**
 * What the matrix prints, and what it writes into the docs.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Relay } from './relay.ts';
import type { Servers } from './servers.ts';
import type { Row } from './verdict.ts';

/** Cells in columns: the first flush left, the others too. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One line a runtime, then its failures. */
export function describeRows(rows: readonly Row[], servers: Servers): string {
  return rows
    .map((row) => {
      const score = row.failures.length === 0 ? `${row.passed} passed` : `${row.passed} passed, ${row.failures.length} FAILED`;
      const judged = Object.keys(servers.origins).length;
      const line = `${row.title.padEnd(28)} ${row.version.padEnd(16)} ${score}, verified by ${judged} servers, ${row.seconds.toFixed(1)} s`;
      return [
        line,
        ...row.failures.slice(0, 12).map((failure) => `    ${failure.slice(0, 600)}`),
        ...(row.failures.length > 12 ? [`    and ${row.failures.length - 12} more`] : []),
      ].join('\n');
    })
    .join('\n');
}

/** The cross matrix: who signed, who verified. */
export function printMatrix(rows: readonly Row[], servers: Servers, relay: Relay): void {
  const names = Object.keys(servers.origins);
  const head = ['signed in', ...names.map((name) => `verified in ${servers.titles[name]}`)];
  const body = rows.map(({ title, scores }) => [title, ...names.map((name) => cell(scores.get(name)))]);
  console.log(`\n${table([head, ...body])}`);
  console.log('honest requests accepted / tampered ones refused / replayed ones refused');
  for (const problem of relay.problems.slice(0, 12)) console.log(`    ${problem}`);
}

type Scored = Row['scores'] extends ReadonlyMap<string, infer Value> ? Value : never;

function cell(score: Scored | undefined): string {
  if (score === undefined) return '-';
  const { honest, honestRefused, tampered, tamperedAccepted, replayed, replayedAccepted } = score;
  const part = (good: number, all: number) => (good === all ? String(all) : `${good} of ${all}`);
  return `${part(honest - honestRefused, honest)} / ${part(tampered - tamperedAccepted, tampered)} / ${part(replayed - replayedAccepted, replayed)}`;
}

const REFERENCE: string = resolve(import.meta.dirname, '../../../docs/reference/runtimes.md');

function markdown(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head!), line(head!.map(() => '---')), ...body.map(line)].join('\n');
}

const yes = (there: boolean): string => (there ? 'yes' : 'no');

/** What an engine has, in the words of the page. */
function facts({ title, result }: Row): readonly string[] {
  const { webCrypto, webEd25519, nodeCrypto, fetch, formFiles, page, secureContext } = result!.engine;
  const ed25519 = !webCrypto ? 'no' : webEd25519 ? 'yes' : 'signs';
  return [
    title,
    yes(webCrypto),
    ed25519,
    yes(nodeCrypto),
    yes(fetch),
    fetch ? (page ? 'hidden' : 'visible') : '-',
    fetch ? yes(formFiles) : '-',
    page ? yes(secureContext) : '-',
  ];
}

/** Writes the reference page: everything in it was measured by this run, and is the same in the next. */
export function writeReference(rows: readonly Row[], servers: Servers, relay: Relay): void {
  const names = Object.keys(servers.origins);
  const verdicts = rows[0]!.result!.verdicts.native;
  const hash = createHash('sha256').update(verdicts).digest('hex').slice(0, 16);
  const suite = [['runtime', 'version', 'tests passed'], ...rows.map(({ title, version, passed }) => [title, version, String(passed)])];
  const engines = [
    ['runtime', 'WebCrypto', 'its Ed25519', '`node:crypto`', '`fetch`', 'redirects', 'forms with files', 'stored keys'],
    ...rows.map(facts),
  ];
  const cross = [
    ['signed in', ...names.map((name) => servers.titles[name]!)],
    ...rows.map(({ title, scores }) => [title, ...names.map((name) => cell(scores.get(name)))]),
  ];
  const tried = [...relay.tried].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind]) => kind);
  const text = `# Runtimes

This page is written by \`npm test\` (\`test/runtime\`): everything in its tables was measured.

One suite, written once, runs against the built package in each of these. An *insecure origin* is a page on plain http that
is not localhost, where browsers have no \`crypto.subtle\`. QuickJS stands for engines with the language and nothing else,
where the application brings fetch, randomness and clock.

${markdown(suite)}

${verdicts.length} Ed25519 vectors, Wycheproof's and hostile ones on which implementations disagree, are judged the same in every one of
them, on the way the runtime offers and in JavaScript alone (SHA-256 of the verdicts: \`${hash}…\`).

## What each one has and lacks

${markdown(engines)}

* **WebCrypto**: without it, Ed25519, HMAC and digests are done in JavaScript, and the ECDSA and RSA algorithms are refused
  with a TypeError. Where its Ed25519 only *signs*, its verification did not pass our self-check, and
  JavaScript verifies.
* **\`fetch\`**: without it there is no \`createSignedFetch\`; \`signRequest\` gives the fields for whatever sends.
* **redirects**: where they are visible the signed fetch follows them, each hop signed anew, to its own origin or a listed
  one. Browsers hide the target: a \`SignedFetchError\` with the code \`redirect_forbidden\`.
* **forms with files**: whether a \`Request\` lets them be read. Where it does not, hand the \`FormData\` to the signed fetch
  itself, which then writes it; a \`Request\` that holds one cannot be signed.
* **stored keys**: pages with \`openKeyPair\`; an insecure origin gets a \`KeyStorageError\` with the code \`insecure_origin\`.

## Signed here, verified there

Each runtime signs ${rows[0]!.scores.get(names[0]!)!.honest} random requests and sends them over HTTP: methods, hosts, ports, paths and queries with every printable
character, fields that repeat or are empty, bodies of every type from nothing to a megabyte. A relay hands each to every
server: tampered with in several ways, as it was, and once more.

${markdown(cross)}

Each cell: honest requests accepted / tampered requests refused / replayed requests refused. No honest request was
refused, no tampered and no replayed one accepted.

The relay's ways of tampering: ${tried.join('; ')}.
`;
  writeFileSync(REFERENCE, text);
}
