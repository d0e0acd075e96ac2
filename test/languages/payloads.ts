/**
 * The body carrier: payloads from programs to peers and back, through relays that write them in another way.
 *
 * @module
 */

import { type Address, type Peer, Refusal, SECRET, type Twist, type WirePayload } from './peer.ts';
import type { PayloadKind, ProgramName } from './protocol.ts';
import { canonicalForm, canonicalJson, signPayload } from './reference.ts';
import { type Report, same, sameCode } from './report.ts';
import type { Toolchain } from './toolchain.ts';
import { asFormValue, combinedValues, hostileFields, hostileObject, hostileValues } from './values.ts';

type Pairs = readonly (readonly [string, string])[];
type Data = string | Pairs | object;

const TAG = 'credit-coins';
const AUDIENCE = 'bank.example "the \\ bank" |&=%+\'#';
const SUBJECT = 'user "7" \\ |&=%+';

const addressOf = (kind: PayloadKind, subject: string | undefined = SUBJECT): Address => ({ kind, tag: TAG, audience: AUDIENCE, subject });
const argsOf = ({ tag, audience, subject }: Address): string[] => [tag, audience, ...(subject === undefined ? [] : [subject])];

const urlencode = (pairs: Pairs): string => new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString();

/** Lets a program sign. */
async function signByProgram(toolchain: Toolchain, data: Data, address: Address): Promise<WirePayload> {
  const input = typeof data === 'string' ? data : Array.isArray(data) ? urlencode(data as Pairs) : JSON.stringify(data, null, 1);
  const output = (await toolchain.run('sign-payload', [address.kind, ...argsOf(address)], input)).toString();
  return address.kind === 'json' ? output : [...new URLSearchParams(output)];
}

/** The program that verifies a kind, and how it is told the kind. */
function verifierOf({ language }: Toolchain, kind: PayloadKind): readonly [program: ProgramName, ...args: string[]] | undefined {
  if (kind === 'json' && language.programs.includes('verify-payload-json')) return ['verify-payload-json'];
  return language.programs.includes('verify-payload') && language.formats.includes(kind) ? ['verify-payload', kind] : undefined;
}

async function runVerifier(toolchain: Toolchain, text: string, address: Address): Promise<string> {
  const [program, ...args] = verifierOf(toolchain, address.kind)!;
  return (await toolchain.run(program, [...args, ...argsOf(address)], text)).toString();
}

/** Lets a program verify; answers what it says was signed. */
function verifyByProgram(toolchain: Toolchain, payload: WirePayload, address: Address): Promise<string> {
  return runVerifier(toolchain, typeof payload === 'string' ? payload : urlencode(payload), address);
}

/** Whether a language's programs verify a kind. */
export function verifiesPayload(toolchain: Toolchain, kind: PayloadKind): boolean {
  return verifierOf(toolchain, kind) !== undefined;
}

function contentOf(data: Data): string {
  if (typeof data === 'string') return data;
  return Array.isArray(data) ? canonicalForm(data as Pairs) : canonicalJson(data);
}

/** Every kind of data that a language's programs take. */
function samples(
  values: Readonly<Record<string, string>>,
  sortsBytes = false,
): readonly (readonly [what: string, kind: PayloadKind, data: Data])[] {
  return [
    ...Object.entries(values).map(([what, value]) => [what, 'text', value] as const),
    ['hostile fields', 'form', hostileFields()],
    ['one field', 'form', [['', '']]],
    ['a hostile object', 'json', hostileObject(sortsBytes)],
    ['an empty object', 'json', {}],
  ];
}

/** What relays do to a payload without changing what it means. */
function relayed(payload: WirePayload): readonly (readonly [what: string, payload: WirePayload])[] {
  if (typeof payload !== 'string') return [['in another order', payload.toReversed()]];
  const data = JSON.parse(payload) as Record<string, unknown>;
  const reversed = Object.fromEntries(Object.entries(data).toReversed());
  const ascii = JSON.stringify(data).replaceAll(
    /[\u007f-\uffff/]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`,
  );
  return [
    ['re-indented, in another order', `\n${JSON.stringify(reversed, null, '\t')}\r\n`],
    ['escaped', ascii],
  ];
}

/** Programs and a peer, both directions, every value. */
export async function checkPayloads(report: Report, toolchain: Toolchain, peer: Peer): Promise<void> {
  const { name, formats, sortsBytes } = toolchain.language;
  for (const [what, kind, data] of samples(peer.values, sortsBytes)) {
    const address = addressOf(kind);
    if (formats.includes(kind)) {
      await report.check(`${name} signs ${what} as ${kind}, ${peer.name} verifies`, async () => {
        same(await peer.verifyPayload(await signByProgram(toolchain, data, address), address), contentOf(data));
      });
    }
    if (!verifiesPayload(toolchain, kind)) continue;
    await report.check(`${peer.name} signs ${what} as ${kind}, ${name} verifies`, async () => {
      same(await verifyByProgram(toolchain, await peer.signPayload(data, address), address), contentOf(data));
    });
  }
  for (const kind of ['text', 'form', 'json'] as const)
    if (verifiesPayload(toolchain, kind)) await checkRelays(report, toolchain, peer, kind);
}

async function checkRelays(report: Report, toolchain: Toolchain, peer: Peer, kind: PayloadKind): Promise<void> {
  const data = {
    text: asFormValue(hostileValues['separators']!),
    form: hostileFields(),
    json: hostileObject(toolchain.language.sortsBytes),
  }[kind];
  const ways = relayed(await peer.signPayload(data, addressOf(kind)));
  for (const [index, [how]] of ways.entries()) {
    await report.check(`${toolchain.language.name} verifies ${kind} of ${peer.name}, ${how}`, async () => {
      const payload = relayed(await peer.signPayload(data, addressOf(kind)))[index]![1];
      same(await verifyByProgram(toolchain, payload, addressOf(kind, undefined)), contentOf(data));
    });
  }
}

/** An unset variable must not become a key. */
export async function checkUnconfigured(report: Report, toolchain: Toolchain): Promise<void> {
  const { name } = toolchain.language;
  const nobody = toolchain.unconfigured();
  const programs: readonly [ProgramName, ...string[]][] = [
    ['sign-request', 'GET', 'http://127.0.0.1:1/'],
    ['sign-payload', 'text', TAG, AUDIENCE],
    ['sign-url', 'GET', 'https://files.example/', '60'],
  ];
  for (const [program, ...args] of programs) {
    await report.check(`${name} ${program} signs nothing where no key is configured`, async () => {
      const answer = await nobody.run(program, args, 'x').catch(String);
      // Said before anything is sent or printed: not that nobody listens.
      if (typeof answer !== 'string' || !/missing|empty/.test(answer)) throw new Error(String(answer));
    });
  }
}

/** From one program to another. */
export async function checkPayloadsBetween(report: Report, signer: Toolchain, verifier: Toolchain): Promise<void> {
  const sortsBytes = [signer, verifier].some(({ language }) => language.sortsBytes);
  for (const [what, kind, data] of samples(combinedValues, sortsBytes)) {
    if (!signer.language.formats.includes(kind) || !verifiesPayload(verifier, kind)) continue;
    const address = addressOf(kind, undefined);
    await report.check(`${signer.language.name} signs ${what} as ${kind}, ${verifier.language.name} verifies`, async () => {
      same(await verifyByProgram(verifier, await signByProgram(signer, data, address), address), contentOf(data));
    });
  }
}

const now = (): number => Math.floor(Date.now() / 1000);

function edit(payload: WirePayload, change: (members: Record<string, unknown>) => void): WirePayload {
  const members = Object.fromEntries(typeof payload === 'string' ? Object.entries(JSON.parse(payload) as object) : payload) as Record<
    string,
    unknown
  >;
  change(members);
  return typeof payload === 'string' ? JSON.stringify(members) : Object.entries(members).map(([name, value]) => [name, String(value)]);
}

/** Everything that must be refused; with the reason, where that is the same everywhere. */
function attacks(kind: PayloadKind): readonly (readonly [what: string, code: string, payload: WirePayload, address?: Address])[] {
  const data: Data = {
    text: 'goldcoins|10',
    form: [
      ['payload', 'goldcoins'],
      ['amount', '10'],
    ],
    json: { payload: 'goldcoins', amount: 10 },
  }[kind];
  const address = addressOf(kind);
  const signed = (twist: Twist = {}, to = address): WirePayload => signPayload(data, to, twist);
  const input = (pattern: RegExp, replacement: string): WirePayload =>
    edit(signed(), (members) => (members['signature-input'] = String(members['signature-input']).replace(pattern, replacement)));
  const others: Record<PayloadKind, PayloadKind> = { text: 'json', json: 'form', form: 'text' };
  return [
    ['changed data', 'signature_mismatch', edit(signed(), (members) => (members['payload'] = 'silver'))],
    ['another purpose', 'tag_mismatch', signed({}, { ...address, tag: 'debit-coins' })],
    ['another form', 'tag_mismatch', signed({ tag: `cs1-${others[kind]}:${TAG}` })],
    ['a license', 'tag_mismatch', signed({ tag: `cs1-license:${TAG}` })],
    ['a message for somebody else', 'audience_mismatch', signed({}, { ...address, audience: 'other.example' })],
    ['a message about somebody else', 'subject_mismatch', signed({}, { ...address, subject: 'user 8' })],
    ['a message about nobody', 'subject_mismatch', signed({}, { ...address, subject: undefined })],
    ['an old message', 'expired', signed({ created: now() - 310 })],
    ['an expired message', 'expired', signed({ created: now() - 20, expires: now() - 10 })],
    ['a message from the future', 'created_in_future', signed({ created: now() + 3600 })],
    ['another secret', 'signature_mismatch', signed({ secret: `${SECRET}x` })],
    ['an unknown keyid with the secret that a dummy may use', 'signature_mismatch', signed({ keyid: 'nobody', secret: '?' })],
    ['an unknown keyid with an empty secret', 'signature_mismatch', signed({ keyid: 'nobody', secret: '' })],
    ['a parameter twice', 'signature_malformed', input(/;created=/, ';created=1;created=')],
    ['an added parameter', 'signature_mismatch', input(/$/, ';x=1')],
    ['text behind the parameters', 'signature_malformed', input(/$/, '\n')],
    ['a covered component more', 'signature_malformed', input(/\("content-digest"\)/, '("content-digest" "@method")')],
    ['no covered component', 'signature_malformed', input(/\("content-digest"\)/, '()')],
    ['a signature with text behind it', 'signature_mismatch', edit(signed(), (members) => (members['signature'] += ' '))],
    ['no signature', 'signature_mismatch', edit(signed(), (members) => (members['signature'] = ''))],
  ];
}

/** Texts that are no payload at all, or two. */
function malformations(kind: PayloadKind): readonly (readonly [what: string, payload: string])[] {
  const signed = signPayload({ text: 'x', form: [['a', 'x']] as Pairs, json: { a: 'x' } }[kind], addressOf(kind));
  if (typeof signed === 'string') {
    const rest = signed.slice(1);
    return [
      ['a member twice', `{"a":"y",${rest}`],
      ['a member twice, escaped', `{"\\u0061":"y",${rest}`],
      ['a member twice further in', `{"b":{"c":1,"c":1},${rest}`],
      ['__proto__', `{"__proto__":{"a":1},${rest}`],
      ['a number beyond 2^53', `{"b":9007199254740992,${rest}`],
      ['a lone surrogate', `{"b":"\\ud800",${rest}`],
      ['a list', `[${signed}]`],
      ['text behind it', `${signed}{}`],
      ['something that is not JSON', signed.replaceAll('"', "'")],
      ['nothing', ''],
      ['a text', '"x"'],
    ];
  }
  const text = urlencode(signed);
  return [
    ['a field twice', `${text}&${kind === 'text' ? 'payload' : 'a'}=x`],
    ['the signature twice', `${text}&signature=x`],
    ['a field more', `${text}&b=`],
    ['nothing', ''],
    ['bytes that are not UTF-8', `b=%ff&${text}`],
  ];
}

/** What an unset variable would make of keyid and secret. */
const NOBODY: Twist = { keyid: '', secret: '' };

/** What a program must refuse. */
export async function checkPayloadRefusals(report: Report, toolchain: Toolchain, kind: PayloadKind): Promise<void> {
  const { name } = toolchain.language;
  const codeOf = async (run: () => Promise<unknown>): Promise<string> => {
    try {
      return `accepted: ${await run()}`;
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };
  for (const [what, code, payload] of attacks(kind)) {
    await report.check(`${name} refuses ${what} (${kind})`, async () =>
      sameCode(await codeOf(() => verifyByProgram(toolchain, payload, addressOf(kind))), code),
    );
  }
  await report.check(`${name} accepts nothing where no secret is configured (${kind})`, async () => {
    const payload = signPayload(kind === 'text' ? 'x' : kind === 'form' ? [['a', 'x']] : { a: 'x' }, addressOf(kind), NOBODY);
    const answer = await verifyByProgram(toolchain.unconfigured(), payload, addressOf(kind)).catch(() => 'refused');
    same(answer, 'refused');
  });
  await report.check(`${name} refuses a message that was accepted before (${kind})`, async () => {
    const payload = signPayload(kind === 'text' ? 'x' : kind === 'form' ? [['a', 'x']] : { a: 'x' }, addressOf(kind));
    await verifyByProgram(toolchain, payload, addressOf(kind));
    same(await codeOf(() => verifyByProgram(toolchain, payload, addressOf(kind))), 'nonce_replayed');
  });
  await report.check(`${name} does not read without a bound (${kind})`, async () => {
    const long = 'x'.repeat(2 ** 20);
    const payload = signPayload(kind === 'text' ? long : kind === 'form' ? [['a', long]] : { a: long }, addressOf(kind));
    same(await codeOf(() => verifyByProgram(toolchain, payload, addressOf(kind))), 'body_too_large');
  });
  for (const [what, text] of malformations(kind)) {
    await report.check(`${name} refuses ${what} (${kind})`, async () => {
      const code = await codeOf(() => runVerifier(toolchain, text, addressOf(kind)));
      if (!/^(payload_malformed|signature_m[a-z]+)$/.test(code)) throw new Error(code);
    });
  }
}
