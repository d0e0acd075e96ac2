/**
 * Signed payloads in the forms of a page: the browser carries them, in every encoding that forms have.
 *
 * @module
 */

import { signPayload } from 'countersign/payload';
import { type CarrierServer, carrierServer, type Judgement } from './carriers.ts';
import { type Declare, equal, ok, refuses } from './collect.ts';
import { engine } from './engine.ts';
import { type FormEncoding, submitFields, withFrame } from './frame.ts';
import { fieldsWith, type HostileField, hostileFields, quotedNames, RELAYED } from './hostile-fields.ts';
import { suiteSigner } from './keys.ts';

const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

const encodings: Readonly<Record<string, FormEncoding>> = {
  'a posted form': { method: 'post', enctype: URLENCODED },
  'a multipart form': { method: 'post', enctype: MULTIPART },
  'a form in the query': { method: 'get', enctype: URLENCODED },
};

/** Opaque strings: in JSON text every one of them is carried. */
const TEXTS = [
  '',
  'goldcoins|10&amount=10000',
  'a\nb\rc\r\nd\n',
  '\0\u0001\u007f\u0085\u2028\ufeff',
  'é e\u0301 \u{1f600} "+%',
  '\n'.repeat(10_240),
];

/** Declares the tests. */
export const formTests =
  (who: string, origin: string) =>
  (test: Declare): void => {
    if (engine.document === undefined) return;
    const server = carrierServer(origin, who);
    for (const [what, encoding] of Object.entries(encodings)) {
      const fields = encoding.enctype === MULTIPART ? hostileFields : [...hostileFields, ...quotedNames];
      test(`${what} carries fields that the page signed`, () => carryAll(`page: ${what}`, fields, post(server, who, encoding)));
      test(`${what} carries fields that a server wrote into its page`, () => carryAll(`server: ${what}`, fields, relay(server, encoding)));
      test(`${what} carries a text and an object as JSON text`, () => carryMessages(server, who, what, encoding));
      test(`${what} that was changed, or is posted again, is refused`, () => refuseChanged(server, who, what, encoding));
    }
    lineTests(test, server, who);
  };

/** Sends a message with that field; what became of it. */
type Send = (name: string, field: HostileField) => Promise<Judgement>;

/** Submits fields in a new frame; what the last request of that name came to. */
function submit(server: CarrierServer, kind: string, name: string, encoding: FormEncoding, fields: Fields, count = 1): Promise<Judgement> {
  return withFrame(async ({ name: target }) => {
    submitFields(server.address(kind, name), target, encoding, fields);
    return (await server.arrived(name, count)).at(-1)!;
  });
}

type Fields = Iterable<readonly [name: string, value: string]>;

/** Sends every field; what was refused or arrived as something else is a failure, by what it tries. */
async function carryAll(what: string, fields: readonly HostileField[], send: Send): Promise<void> {
  const refused: string[] = [];
  for (const [index, field] of fields.entries()) {
    const problem = problemOf(await send(`${what} ${index}`, field), Object.fromEntries(fieldsWith(field)));
    if (problem !== undefined) refused.push(`${field.tries}: ${problem}`);
  }
  equal(refused, []);
}

function problemOf(judgement: Judgement, payload: unknown): string | undefined {
  if (judgement.code !== 'ok') return judgement.code;
  const [seen, meant] = [judgement.payload, payload].map(canonical);
  return seen === meant ? undefined : `arrived as ${seen?.slice(0, 100)}`;
}

function canonical(payload: unknown): string {
  return typeof payload === 'object' && payload !== null ? JSON.stringify(Object.entries(payload).sort()) : JSON.stringify(payload);
}

const post =
  (server: CarrierServer, who: string, encoding: FormEncoding): Send =>
  async (name, field) => {
    const signed = await signPayload(fieldsWith(field), { signer: await suiteSigner('ed25519', who), ...RELAYED });
    return submit(server, 'form', name, encoding, signed);
  };

const relay =
  (server: CarrierServer, { method, enctype }: FormEncoding, charset = 'utf-8'): Send =>
  (name, field) =>
    withFrame(async (frame) => {
      const index = String([...hostileFields, ...quotedNames].indexOf(field));
      frame.src = `${server.address('relay', name)}?${new URLSearchParams({ field: index, method, enctype, charset })}`;
      return (await server.arrived(name))[0]!;
    });

async function carryMessages(server: CarrierServer, who: string, what: string, encoding: FormEncoding): Promise<void> {
  const options = { signer: await suiteSigner('ed25519', who), ...RELAYED };
  for (const [index, payload] of TEXTS.entries()) {
    const message = JSON.stringify(await signPayload(payload, options));
    const judgement = await submit(server, 'text', `text: ${what} ${index}`, encoding, [['message', message]]);
    equal(problemOf(judgement, payload), undefined, JSON.stringify(payload).slice(0, 40));
  }
  for (const spaces of [0, 2]) {
    const payload = { amount: 10.5, texts: TEXTS, 'é"': null };
    const message = JSON.stringify(await signPayload(payload, options), undefined, spaces);
    const judgement = await submit(server, 'json', `json: ${what} ${spaces}`, encoding, [['message', message]]);
    equal(problemOf(judgement, payload), undefined, `${spaces} spaces`);
  }
}

async function refuseChanged(server: CarrierServer, who: string, what: string, encoding: FormEncoding): Promise<void> {
  const signed = await signPayload(fieldsWith(hostileFields[1]!), { signer: await suiteSigner('ed25519', who), ...RELAYED });
  const name = `changed: ${what}`;
  const attempts: readonly (readonly (readonly [string, string])[])[] = [
    signed.map(([key, value]) => [key, key === 'amount' ? '10000' : value]),
    signed.filter(([key]) => key !== 'amount'),
    [...signed, ['more', '']],
    [...signed, ['amount', '10000']],
    signed,
    signed,
  ];
  const codes: string[] = [];
  for (const fields of attempts) codes.push((await submit(server, 'form', name, encoding, fields, codes.length + 1)).code);
  const changed = Array<string>(3).fill('signature_mismatch');
  equal(codes, [...changed, 'payload_duplicate_member', 'ok', 'nonce_replayed']);
}

function lineTests(test: Declare, server: CarrierServer, who: string): void {
  const signed = async (value: string) => signPayload([['note', value]], { signer: await suiteSigner('ed25519', who), ...RELAYED });

  test('a line break that no form keeps is not signed; written as CRLF it is carried', async () => {
    for (const [index, value] of ['a\nb', 'a\rb', '\n', 'a\r\n\nb\r'].entries()) {
      await refuses(() => signed(value), 'TypeError');
      const written = value.replace(/\r\n?|\n/g, '\r\n');
      for (const [what, encoding] of Object.entries(encodings)) {
        const name = `lines: ${what} ${index}`;
        const fields = await signed(written);
        // In a page the line breaks may be any: what is posted is what counts.
        const shown = fields.map(([key, text]): [string, string] => [key, key === 'note' ? value : text]);
        const judgement = await submit(server, 'form', name, encoding, shown);
        equal(problemOf(judgement, { note: written }), undefined, `${what} ${JSON.stringify(value)}`);
      }
    }
  });
  test('a NUL that a script put into a field is carried', async () => {
    for (const [what, encoding] of Object.entries(encodings)) {
      const judgement = await submit(server, 'form', `nul: ${what}`, encoding, await signed('a\0b\0'));
      equal(problemOf(judgement, { note: 'a\0b\0' }), undefined, what);
    }
  });
  test('a page in another encoding carries the fields of a form that says UTF-8', async () => {
    const spelled = hostileFields.filter(({ tries }) => ['NFC', 'NFD', 'emoji', 'line breaks'].includes(tries));
    ok(spelled.length === 4, 'four fields');
    for (const [what, encoding] of Object.entries(encodings)) {
      await carryAll(`windows-1252: ${what}`, spelled, relay(server, encoding, 'windows-1252'));
    }
  });
}
