/**
 * Honest requests pass, changed ones do not, and nothing but our own errors comes out.
 *
 * Spellings that mean the same and therefore pass: the case of an authority and its default port, blanks around a field
 * value, the label of a signature, blanks between dictionary members. The mutations below leave those alone or expect them.
 */
import { expect, it } from 'vitest';
import { VerificationError } from '../../src/errors.ts';
import { encodeUtf8 } from '../../src/internal/utf8.ts';
import { memoryReplayStore } from '../../src/replay/memory-store.ts';
import type { RequestMessage } from '../../src/rfc9421/message.ts';

import { signed, verifier } from '../support/bank.ts';
import { createRandom, type Random } from '../support/random.ts';
import { rounds } from '../support/rounds.ts';

const ROUNDS = rounds(100_000);
const PATH = 'abcXYZ019-._~!$&\'()*+,;=:@/%|^`{}<>[]"';
const VISIBLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

type Fields = readonly (readonly [string, string])[];

function honest(random: Random): Partial<RequestMessage> {
  const fields: [string, string][] = [['Host', 'bank.example']];
  if (random.int(2)) fields.push(['Content-Type', random.pick(['application/json', 'text/plain; charset=utf-8', 'a/b; c="d,e"'])]);
  if (random.int(4) === 0) fields.push(['Content-Encoding', random.pick(['gzip', 'br', 'gzip, br'])]);
  for (let count = random.int(4); count > 0; count--) fields.push([random.text('xX-aZ', 5), random.text(VISIBLE, random.int(30))]);
  const path = random.text(PATH, random.int(20)).replaceAll('..', 'x').replaceAll('/.', '/x');
  const query = random.int(2) ? `?${random.text(`${PATH}?`, random.int(20))}` : '';
  return {
    method: random.pick(['GET', 'POST', 'PUT', 'patch', 'DELETE', 'X-CUSTOM']),
    target: `/${path}`.replace(/\/%2e/gi, '/x').replaceAll('/.', '/x') + query,
    fields,
    body: random.int(3) ? random.bytes(random.int(60)) : undefined,
  };
}

async function outcome(bank: ReturnType<typeof verifier>, request: RequestMessage): Promise<string> {
  try {
    await bank.verifyRequest(request);
    return 'accepted';
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}

const bank = () => verifier({ replayStore: memoryReplayStore({ insecurelyAssumeNoEarlierMessages: true }) });

it(`${ROUNDS} honest random requests: none refused`, { timeout: 300_000 }, async () => {
  const random = createRandom('honest');
  const judge = bank();
  for (let round = 0; round < ROUNDS; round++) {
    const request = await signed(honest(random));
    const verdict = await outcome(judge, request);
    if (verdict !== 'accepted') expect.fail(`round ${round}: ${verdict} for ${JSON.stringify(request)}`);
  }
});

function flip(random: Random, text: string): string {
  if (text === '') return random.pick([...VISIBLE]);
  const at = random.int(text.length);
  const other = random.pick([...VISIBLE].filter((character) => character !== text[at]));
  return random.pick([
    text.slice(0, at) + other + text.slice(at + 1),
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + other + text.slice(at),
  ]);
}

/** Changes one covered part, so that it means something else. */
function tamper(random: Random, request: RequestMessage): RequestMessage | undefined {
  const changed = ((): RequestMessage => {
    switch (random.int(5)) {
      case 0:
        return { ...request, method: flip(random, request.method) };
      case 1:
        return { ...request, target: flip(random, request.target) };
      case 2:
        return { ...request, authority: flip(random, request.authority) };
      case 3: {
        const body = (request.body as Uint8Array | undefined) ?? new Uint8Array(0);
        return {
          ...request,
          body: random.int(2)
            ? Uint8Array.from([...body, random.int(256)])
            : body.map((byte, index) => (index === 0 ? byte ^ (1 + random.int(255)) : byte)),
        };
      }
      default: {
        const names = ['content-type', 'content-encoding', 'content-digest'];
        return {
          ...request,
          fields: (request.fields as Fields).map(
            ([name, value]) => [name, names.includes(name.toLowerCase()) ? flip(random, value) : value] as const,
          ),
        };
      }
    }
  })();
  return meaning(changed) === meaning(request) ? undefined : changed;
}

/** What a request means: requests that differ in spelling only have the same. */
function meaning(request: RequestMessage): string {
  const fields = (request.fields as Fields).map(([name, value]) => [name, value.trim()]);
  const target = request.target.replace(/\?$/, '');
  return JSON.stringify([
    request.method,
    target,
    request.authority.toLowerCase().replace(/:(443)?$/, ''),
    fields,
    [...((request.body as Uint8Array | undefined) ?? [])],
  ]);
}

it(`${ROUNDS} random changes of covered parts: none accepted`, { timeout: 300_000 }, async () => {
  const random = createRandom('tamper');
  const judge = bank();
  const refusals = new Map<string, number>();
  let request = await signed(honest(random));
  for (let round = 0; round < ROUNDS; ) {
    if (round % 20 === 0) request = await signed(honest(random));
    const changed = tamper(random, request);
    if (changed === undefined) continue;
    const verdict = await outcome(judge, changed);
    if (verdict === 'accepted') expect.fail(`round ${round}: accepted ${JSON.stringify(changed)} for ${JSON.stringify(request)}`);
    refusals.set(verdict, (refusals.get(verdict) ?? 0) + 1);
    round++;
  }
  // The reasons are as varied as the changes, or the mutations would not reach deep enough.
  expect([...refusals.keys()]).toEqual(
    expect.arrayContaining(['signature_mismatch', 'authority_forbidden', 'digest_mismatch', 'target_malformed']),
  );
});

/**
 * What the signature fields say, read by rules of its own: the text of the one value in Signature-Input as it stands, and
 * the bytes of the one in Signature. Blanks around members, what the label is called and parameters of a signature's bytes
 * mean nothing; anything else does.
 */
function saidBy(fields: Fields): string | undefined {
  const read = (wanted: string): RegExpExecArray | null =>
    /^[ \t]*([a-z*][a-z0-9_.*-]*)=(\(.*|:[A-Za-z0-9+/=]*:(?=[ \t]*$|;[^,]*$))/s.exec(fields.find(([name]) => name === wanted)?.[1] ?? '');
  const [input, signature] = [read('signature-input'), read('signature')];
  if (input === null || signature === null || input[1] !== signature[1]) return undefined;
  return `${input[2]} ${signature[2]}`;
}

it(`${ROUNDS} random changes of the signature fields: what is accepted says what was signed`, { timeout: 300_000 }, async () => {
  const random = createRandom('signature fields');
  let consumed = 0;
  // It never answers `replayed`, which would hide that a second change was accepted.
  const judge = verifier({
    replayStore: {
      consume: () => {
        consumed++;
        return 'consumed';
      },
    },
  });
  const verdicts = new Map<string, number>();
  let request = await signed(honest(random));
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 20 === 0) request = await signed(honest(random));
    const fields = (request.fields as Fields).map(([name, value]): readonly [string, string] => {
      if (!name.startsWith('signature')) return [name, value];
      let text = value;
      for (let count = random.int(4); count > 0; count--) text = random.int(8) === 0 ? `${text}, ${text}` : flip(random, text);
      return [name, text];
    });
    const before = consumed;
    const verdict = await outcome(judge, { ...request, fields });
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    const said = saidBy(request.fields as Fields);
    const same = said !== undefined && saidBy(fields) === said;
    if (verdict === 'accepted' && !same) expect.fail(`round ${round}: accepted ${JSON.stringify(fields)} for ${JSON.stringify(request)}`);
    if (verdict !== 'accepted' && consumed !== before)
      expect.fail(`round ${round}: ${verdict} took the nonce of ${JSON.stringify(fields)}`);
  }
  // Some were left as they were; the others fail at every step.
  expect([...verdicts.keys()]).toEqual(
    expect.arrayContaining(['accepted', 'signature_malformed', 'signature_mismatch', 'component_uncovered', 'key_unknown', 'expired']),
  );
});

it('random bytes as a body, a target and fields: only our own errors', { timeout: 120_000 }, async () => {
  const random = createRandom('garbage');
  const judge = bank();
  const garbage = () => String.fromCharCode(...Array.from({ length: random.int(40) }, () => random.int(0x3000)));
  for (let round = 0; round < rounds(10_000); round++) {
    const fields: Fields = [
      [garbage(), garbage()],
      ['signature-input', random.int(2) ? garbage() : `sig=(${garbage()}`],
      ['signature', random.int(2) ? garbage() : 'sig=:AA==:'],
    ];
    const request = {
      method: garbage(),
      scheme: random.pick(['http', 'https', garbage()]),
      authority: garbage(),
      target: garbage(),
      fields,
      body: encodeUtf8(garbage()),
    };
    expect(await outcome(judge, request)).not.toBe('accepted');
  }
});
