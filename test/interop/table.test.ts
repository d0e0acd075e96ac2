/**
 * Who takes what of whom: typical and nasty messages, both ways, with the packages of others. The table stands in the documentation;
 * `COUNTERSIGN_WRITE_TABLE=1` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createVerifier,
  memoryReplayStore,
  type RequestMessage,
  type ResponseMessage,
  signRequest,
  signResponse,
  verifyResponse,
} from 'countersign';
import { createContentDigest } from 'countersign/http';
import { beforeAll, describe, expect, it } from 'vitest';
import { changed, type InteropRequest, type TableCase, tableCases } from './messages.ts';
import { makePeers, type Peer } from './peers.ts';

const PAGE = join(import.meta.dirname, '../../docs/reference/interoperability.md');
const BEGIN = '<!-- table: begin -->';
const END = '<!-- table: end -->';

const ALL = ['@method', '@authority', '@path', '@query', 'content-digest'];

type Answer = 'yes' | '-';

const answer = (run: () => Promise<boolean>): Promise<Answer> =>
  run().then(
    (holds) => (holds ? 'yes' : '-'),
    () => '-',
  );

/** What a case covers, and what the package must have covered besides. */
const listOf = ({ components }: TableCase, { always = [] }: Peer) => components && [...components, ...always];

/** Theirs to us: signed by the package, verified by its policy, and refused when the method is changed. */
async function theirs(peer: Peer, one: TableCase): Promise<boolean> {
  const list = listOf(one, peer);
  const fields = await peer.sign(one.message, list);
  const message: InteropRequest = { ...one.message, fields };
  const policy = list
    ? { tag: peer.policy.tag, required: list, insecurelyAllowUncovered: ALL, insecurelyAllowMissingNonce: true, maxLifetime: 3600 }
    : peer.policy;
  const verifier = () =>
    createVerifier({
      authority: ['bank.example', 'bank.example:8443'],
      resolveKey: (keyid) => (keyid === peer.signer.keyid ? peer.key : undefined),
      resolveKeyWithoutKeyid: peer.resolveKeyWithoutKeyid,
      replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
      policy,
    });
  const verified = await verifier().verifyRequest(message);
  expect(verified.keyid).toBe(peer.signer.keyid);
  if (verified.signatures[0].components.some((text) => text.includes('"@method"')))
    await expect(verifier().verifyRequest(changed(message))).rejects.toMatchObject({ code: 'signature_mismatch' });
  return true;
}

async function signedByUs(peer: Peer, one: TableCase): Promise<RequestMessage> {
  const list = listOf(one, peer);
  const message = { ...one.message, fields: [...one.message.fields, ...(peer.fields ?? [])] };
  const { tag, label } = peer.signing;
  const options = list ? { tag, label, required: list, insecurelyAllowUncovered: ALL, expiresIn: 60 } : peer.signing;
  const { fields } = await signRequest(message, { signer: peer.signer, ...options });
  const names = new Set(fields.map(([name]) => name));
  return { ...message, fields: [...message.fields.filter(([name]) => !names.has(name)), ...fields] };
}

/** Ours to them. */
const ours = async (peer: Peer, one: TableCase): Promise<boolean> => peer.verify(await signedByUs(peer, one));

const RESPONSE_REQUEST: RequestMessage = { method: 'GET', scheme: 'https', authority: 'bank.example', target: '/keys', fields: [] };

async function response(): Promise<ResponseMessage> {
  const body = new TextEncoder().encode('{"keys":[]}');
  const fields = [
    ['content-type', 'application/json'],
    ['content-digest', await createContentDigest(body)],
  ] as const;
  return { status: 200, fields, body };
}

async function responseRow(peer: Peer): Promise<readonly [Answer, Answer]> {
  const { responses } = peer;
  if (responses === undefined) return ['-', '-'];
  const plain = await response();
  const theirs = await answer(async () => {
    const signed = { ...plain, fields: await responses.sign(plain, RESPONSE_REQUEST) };
    const options = { resolveKey: () => peer.key, policy: { ...responses.policy, insecurelyAllowMissingNonce: true } } as const;
    await verifyResponse(signed, RESPONSE_REQUEST, options);
    return true;
  });
  const ours = await answer(async () => {
    const { fields } = await signResponse(plain, RESPONSE_REQUEST, { signer: peer.signer, nonce: 'nonce-of-the-request' });
    return (await responses.verify?.({ ...plain, fields: [...(plain.fields as []), ...fields] }, RESPONSE_REQUEST)) ?? false;
  });
  return [theirs, ours];
}

function markdown(peers: readonly Peer[], rows: readonly (readonly [string, readonly (readonly [Answer, Answer])[]])[]): string {
  const cells = [
    ['', ...peers.map(({ name }) => name)],
    ...rows.map(([title, answers]) => [title, ...answers.map(([theirs, ours]) => `${theirs} / ${ours}`)]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = cells;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

describe('the packages of others', () => {
  let peers: readonly Peer[];
  let cases: readonly TableCase[];
  beforeAll(async () => {
    peers = await makePeers();
    cases = await tableCases();
  });

  it('by default, sign what a preset or one line of required takes, and take what ours sign by the same', async () => {
    for (const peer of peers) {
      for (const one of cases.filter(({ components }) => components === undefined)) {
        await expect(theirs(peer, one), `${peer.name} signs: ${one.title}`).resolves.toBe(true);
        await expect(ours(peer, one), `${peer.name} verifies: ${one.title}`).resolves.toBe(true);
      }
    }
  });

  it('notice that something which ours cover was changed', async () => {
    for (const peer of peers) {
      const signed = await signedByUs(peer, cases[0]!);
      // One that covers the host alone is not asked about the rest.
      expect(await answer(() => peer.verify(changed(signed))), peer.name).toBe('-');
    }
  });

  it('are refused by our defaults with all that lacks, at once', async () => {
    for (const peer of peers) {
      const message = { ...cases[1]!.message, fields: await peer.sign(cases[1]!.message) };
      const verifier = createVerifier({
        authority: 'bank.example',
        resolveKey: () => peer.key,
        replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }),
        policy: { tag: peer.policy.tag },
      });
      const error = await verifier.verifyRequest(message).catch((thrown: unknown) => thrown);
      expect((error as { unmet: unknown[] }).unmet.length, peer.name).toBeGreaterThan(0);
    }
  });

  it('are as the documentation says', async () => {
    const rows: (readonly [string, readonly (readonly [Answer, Answer])[]])[] = [];
    for (const one of cases) {
      const answers: (readonly [Answer, Answer])[] = [];
      for (const peer of peers) answers.push([await answer(() => theirs(peer, one)), await answer(() => ours(peer, one))]);
      rows.push([one.title, answers]);
    }
    const responses: (readonly [Answer, Answer])[] = [];
    for (const peer of peers) responses.push(await responseRow(peer));
    rows.push(['a response, `;req`', responses]);
    const table = markdown(peers, rows);
    const page = readFileSync(PAGE, 'utf8');
    const [before, rest] = page.split(BEGIN) as [string, string];
    const [, after] = rest.split(END) as [string, string];
    const wanted = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
    if (process.env['COUNTERSIGN_WRITE_TABLE'] === '1') writeFileSync(PAGE, wanted);
    expect(readFileSync(PAGE, 'utf8')).toBe(wanted);
  });
});
