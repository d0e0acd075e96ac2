/**
 * The header carrier: a program's requests at a peer's server, and requests at a program's server.
 *
 * @module
 */

import { type Answer, KEYID, type Peer, type Running, SECRET, type Twist, type WireRequest } from './peer.ts';
import { percent, requestLines, signLines, signRequest } from './reference.ts';
import { type Report, same, sameCode } from './report.ts';
import { send } from './serve.ts';
import { sentTarget } from './spellings.ts';
import type { Toolchain } from './toolchain.ts';
import { combinedValues } from './values.ts';

/** Targets that somebody's URL parser would like to tidy up. */
const TARGETS = [
  '/',
  '/?',
  '/a//b/',
  '/%7Euser/%2f%2F',
  '/?a=1&&b=&=&',
  '/a;b=1,2@:$!*()?x=/?:@+%20&A=%e2%82%ac&A=2',
  '/?q=%00%0d%0a',
  '/?b=%7e&1&a=+%2B%2b==&=&&%ff',
];

const TYPE = 'text/plain; charset="utf-8"';

/** A request that carries a value wherever a request can. */
function requestWith(value: string, authority: string): WireRequest {
  const target = value.length > 1000 ? '/relay' : `/relay/${percent(value)}?v=${percent(value)}&${percent(value)}=%20`;
  const content = Buffer.from(value);
  return { method: value === '' ? 'GET' : 'POST', authority, target, fields: value === '' ? [] : [['content-type', TYPE]], content };
}

/** Lets a program send a request; what comes back must be what it sent. */
async function sendByProgram(toolchain: Toolchain, { method, authority, target, content }: WireRequest): Promise<void> {
  const answer = await toolchain.run('sign-request', [method, `http://${authority}${target}`, TYPE], content);
  same(answer.toString(), content.toString());
}

/** What a program signs, a peer's server must accept. */
export async function checkSigning(report: Report, toolchain: Toolchain, peer: Peer, { authority, targets }: Running): Promise<void> {
  const { name } = toolchain.language;
  for (const [what, value] of Object.entries(peer.values)) {
    await report.check(`${name} signs a request with ${what}, ${peer.name} verifies`, () =>
      sendByProgram(toolchain, requestWith(value, authority)),
    );
  }
  for (const target of TARGETS) {
    const request = { ...requestWith('', authority), target };
    await report.check(`${name} signs GET ${target}, ${peer.name} verifies`, async () => {
      await sendByProgram(toolchain, request);
      // Clients may drop a lone question mark.
      same(targets?.at(-1)?.replace(/\?$/, '') ?? '', sentTarget(target).replace(/\?$/, ''));
    });
  }
}

/** What a peer signs, a program's server must accept. */
export async function checkVerifying(report: Report, toolchain: Toolchain, peer: Peer, { authority }: Running): Promise<void> {
  const { name } = toolchain.language;
  const deliver = async (request: WireRequest): Promise<void> => {
    const answer = await peer.send(request);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.content}`);
    same(answer.content.toString(), request.content.toString());
  };
  for (const [what, value] of Object.entries(peer.values)) {
    await report.check(`${peer.name} signs a request with ${what}, ${name} verifies`, () => deliver(requestWith(value, authority)));
  }
  for (const target of TARGETS) {
    await report.check(`${peer.name} signs GET ${target}, ${name} verifies`, () => deliver({ ...requestWith('', authority), target }));
  }
}

function codeOf({ status, content, challenge }: Answer): string {
  if (status !== 401) return `status ${status}: ${content.subarray(0, 300)}`;
  const problem = JSON.parse(content.toString()) as { type: string; code: string; now: number };
  if (problem.type !== `urn:countersign:problem:${problem.code}` || !(Math.abs(problem.now - Date.now() / 1000) < 5))
    return `a strange problem: ${content}`;
  if (challenge !== `Signature error="${problem.code}"`) return `a strange challenge: ${challenge}`;
  return problem.code;
}

const now = (): number => Math.floor(Date.now() / 1000);

/** Everything that must be refused, with the reason. */
function attacks(authority: string): readonly (readonly [what: string, code: string, request: WireRequest])[] {
  const request = requestWith('goldcoins|10', authority);
  const get = requestWith('', authority);
  const signed = (twist: Twist = {}, original = request): WireRequest => ({
    ...original,
    fields: [...original.fields, ...signRequest(original, twist)],
  });
  const lines = requestLines(get);
  const partly = (drop: string, rest = {}): WireRequest => ({
    ...get,
    fields: signLines(
      lines,
      [...lines.keys()].filter((name) => name !== drop),
      {},
      rest,
    ),
  });
  const edited = (pattern: RegExp, replacement: string, original = signed()): WireRequest => ({
    ...original,
    fields: original.fields.map(([name, value]) => [name, `${name}=${value}`.replace(pattern, replacement).slice(name.length + 1)]),
  });
  const other = signed({}, { ...request, authority: 'other.example' });
  return [
    ['changed content', 'digest_mismatch', { ...signed(), content: Buffer.from('goldcoins|99') }],
    ['dropped content', 'digest_mismatch', { ...signed(), content: Buffer.alloc(0) }],
    ['content where there was none', 'component_uncovered', { ...signed({}, get), content: Buffer.from('x') }],
    ['a changed method', 'signature_mismatch', { ...signed(), method: 'PUT' }],
    ['a changed path', 'signature_mismatch', { ...signed(), target: request.target.replace('/relay', '/Relay') }],
    ['a changed query', 'signature_mismatch', { ...signed(), target: `${request.target}&amount=10000` }],
    ['a re-encoded query', 'signature_mismatch', { ...signed(), target: request.target.replaceAll('%7C', '%7c') }],
    [
      'a changed content type beside the signed one in a name that CGI takes for the same',
      'signature_mismatch',
      { ...edited(/text\/plain/, 'text/html'), fields: [...edited(/text\/plain/, 'text/html').fields, ['content_type', TYPE]] },
    ],
    ['a changed content type', 'signature_mismatch', edited(/text\/plain/, 'text/html')],
    [
      'an added content type',
      'component_uncovered',
      { ...signed({}, get), fields: [...signed({}, get).fields, ['content-type', 'text/html']] },
    ],
    ['a request for somebody else', 'signature_mismatch', { ...other, authority }],
    ['an old request', 'expired', signed({ created: now() - 310 })],
    ['a request from the future', 'created_in_future', signed({ created: now() + 3600 })],
    ['an expired request', 'expired', signed({ created: now() - 20, expires: now() - 10 })],
    ['another secret', 'signature_mismatch', signed({ secret: `${SECRET}x` })],
    ['another keyid', 'signature_mismatch', signed({ keyid: `${KEYID}x` })],
    ['an unknown keyid with the secret that a dummy may use', 'signature_mismatch', signed({ keyid: 'nobody', secret: '?' })],
    ['an unknown keyid with an empty secret', 'signature_mismatch', signed({ keyid: 'nobody', secret: '' })],
    ['the tag of another carrier', 'tag_mismatch', signed({ tag: 'cs1-url' })],
    ['an uncovered query', 'component_uncovered', partly('@query')],
    ['an uncovered method', 'component_uncovered', partly('@method')],
    ['no nonce', 'nonce_missing', partly('', { nonce: undefined })],
    ['no created', 'created_missing', partly('', { created: undefined })],
    ['another algorithm', 'signature_mismatch', partly('', { alg: 'ed25519' })],
    ['a parameter twice', 'signature_malformed', edited(/;created=/, ';created=1;created=')],
    ['a component twice', 'signature_malformed', edited(/"@method"/, '"@method" "@method"')],
    ['text behind the parameters', 'signature_malformed', edited(/(signature-input=.*)$/, '$1;')],
    ['two signatures', 'signature_malformed', edited(/(signature-input=.*)$/, '$1, x=()')],
    ['a decimal time', 'signature_malformed', edited(/;created=(\d+)/, ';created=$1.0')],
    ['a covered field that is not there', 'component_unresolvable', edited(/"@query"/, '"@query" "x-absent"')],
    ['a truncated signature', 'signature_mismatch', edited(/(signature=sig=:.{20}).*/, '$1:')],
    ['no signature', 'signature_missing', request],
  ];
}

/** What a program's server must refuse, for the right reason. */
export async function checkRefusing(report: Report, toolchain: Toolchain, { authority }: Running): Promise<void> {
  const { name } = toolchain.language;
  for (const [what, code, request] of attacks(authority)) {
    await report.check(`${name} refuses ${what}`, async () => sameCode(codeOf(await send(request)), code));
  }
  await report.check(`${name} does not read content without a bound`, async () => {
    const request = requestWith('x'.repeat(2 ** 20 + 1), authority);
    const signed = { ...request, fields: [...request.fields, ...signRequest(request)] };
    // A server that stops reading may answer, or just close.
    const answer = await send(signed).catch(() => undefined);
    if (answer?.status === 200) throw new Error('more than 1 MiB was accepted');
  });
  await report.check(`${name} refuses a request that was accepted before`, async () => {
    const request = requestWith('goldcoins|10', authority);
    const signed = { ...request, fields: [...request.fields, ...signRequest(request)] };
    same(String((await send(signed)).status), '200');
    same(codeOf(await send(signed)), 'nonce_replayed');
  });
}

/** Requests from one program to another. */
export async function checkBetween(report: Report, signer: Toolchain, verifier: Toolchain, { authority }: Running): Promise<void> {
  for (const [what, value] of Object.entries(combinedValues)) {
    await report.check(`${signer.language.name} signs a request with ${what}, ${verifier.language.name} verifies`, () =>
      sendByProgram(signer, requestWith(value, authority)),
    );
  }
}
