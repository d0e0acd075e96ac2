/**
 * Licenses: issued by a peer, verified by programs.
 *
 * @module
 */

import { generateKeyPairSync } from 'node:crypto';
import { type LicenseTerms, type Peer, Refusal } from './peer.ts';
import { canonicalJson, issueLicense, reference } from './reference.ts';
import { type Report, same, sameCode } from './report.ts';
import type { Toolchain } from './toolchain.ts';
import { hostileObject, hostileValues } from './values.ts';

const PRODUCT = 'io.stochastic.tungsten';

/** A license with plain names; texts, numbers and nesting are as hostile as elsewhere. */
const terms: LicenseTerms = {
  product: PRODUCT,
  subject: 'order "7" \\ |&=%+',
  expiresIn: 3600,
  data: {
    licensee: Object.values(hostileValues).filter((value) => value.length < 1000),
    features: ['superawesome'],
    seats: 12,
    a: { b: [], a: {}, aa: [1, [-2]], 'a!': null, 'a"': true },
  },
};

async function verify(toolchain: Toolchain, peer: Peer, license: string, ...more: string[]): Promise<string> {
  const { keyid, publicKey } = peer.licenseKey;
  return (await toolchain.run('verify-license', [PRODUCT, keyid, publicKey, ...more], license)).toString();
}

const toLine = (license: string): string => Buffer.from(license).toString('base64url');

/** The same license, as it comes out of mails, editors and forms. */
function spellings(json: string): readonly (readonly [what: string, license: string])[] {
  const wrapped = toLine(json).replaceAll(/(.{64})/g, '$1\r\n');
  return [
    ['as a file', json],
    ['on one line', toLine(json)],
    ['wrapped, with blank lines', `\n ${wrapped}\n\n`],
    ['without white space', JSON.stringify(JSON.parse(json))],
    ['indented with tabs, with CRLF', JSON.stringify(JSON.parse(json), null, '\t').replaceAll('\n', '\r\n')],
    ['wrapped inside a text', json.replace('superawesome', 'super\nawesome')],
    ['with its members in another order', JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json) as object).toReversed()))],
  ];
}

/** What a peer issues, a program must accept. */
export async function checkLicenses(report: Report, toolchain: Toolchain, peer: Peer): Promise<void> {
  const { name, sortsBytes, plainNames } = toolchain.language;
  const check = (what: string, license: () => Promise<string>, content: object, ...more: string[]): Promise<void> =>
    report.check(`${name} verifies a license of ${peer.name} ${what}`, async () =>
      same(await verify(toolchain, peer, await license(), ...more), canonicalJson(content)),
    );
  for (const [what, license] of spellings(await peer.issueLicense(terms))) await check(what, async () => license, terms.data);
  await check('for a subject', () => peer.issueLicense(terms), terms.data, '', terms.subject!);
  await check('for ever', () => peer.issueLicense({ product: PRODUCT, data: { a: 1 } }), { a: 1 });
  const bound = { machine: 'host-7', critical: ['machine'] };
  await check('for a machine', () => peer.issueLicense({ product: PRODUCT, data: bound }), bound, 'host-7');
  if (plainNames) return;
  const data = hostileObject(sortsBytes);
  await check('with hostile names', () => peer.issueLicense({ product: PRODUCT, data }), data);
}

const now = (): number => Math.floor(Date.now() / 1000);

function attacks(): readonly (readonly [what: string, code: string, license: string, ...more: string[]])[] {
  const edit = (change: (members: Record<string, unknown>) => void): string => {
    const members = JSON.parse(issueLicense(terms)) as Record<string, unknown>;
    change(members);
    return JSON.stringify(members);
  };
  const input = (pattern: RegExp, replacement: string): string =>
    edit((members) => (members['signature-input'] = String(members['signature-input']).replace(pattern, replacement)));
  const of = (data: Record<string, unknown>): string => issueLicense({ product: PRODUCT, data });
  const { privateKey } = generateKeyPairSync('ed25519');
  return [
    ['changed terms', 'signature_mismatch', edit((members) => (members['seats'] = 13))],
    ['a number that became a text', 'signature_mismatch', edit((members) => (members['seats'] = '12'))],
    ['an added member', 'signature_mismatch', edit((members) => (members['b'] = 1))],
    ['a dropped member', 'signature_mismatch', edit((members) => delete members['features'])],
    ['another product', 'tag_mismatch', issueLicense({ ...terms, product: 'io.stochastic.wolfram' })],
    ['a message', 'tag_mismatch', issueLicense(terms, { tag: `cs1-json:${PRODUCT}` })],
    ['an expired license', 'expired', issueLicense(terms, { created: now() - 7200, expires: now() - 3600 })],
    ['a license without its end', 'signature_mismatch', input(/;expires=\d+/, '')],
    ['a later end', 'signature_mismatch', input(/;expires=\d/, ';expires=9')],
    ['a license from the future', 'created_in_future', issueLicense(terms, { created: now() + 3600, expires: now() + 7200 })],
    ['another key', 'signature_mismatch', issueLicense(terms, { privateKey })],
    ['an unknown keyid', 'key_unknown', issueLicense(terms, { keyid: 'other', privateKey })],
    ['another subject', 'subject_mismatch', issueLicense(terms), '', 'order 8'],
    ['another machine', 'machine_mismatch', of({ machine: 'host-7' }), 'host-8'],
    ['a machine where none is known', 'machine_mismatch', of({ machine: 'host-7' })],
    ['an unknown critical member', 'critical_unknown', of({ seats: 12, critical: ['seats'] })],
    ['a parameter twice', 'signature_malformed', input(/;created=/, ';created=1;created=')],
    ['a shorter signature', 'signature_malformed', edit((members) => (members['signature'] = 'sig=:AAAA:'))],
    ['no signature', 'signature_malformed', edit((members) => (members['signature'] = ''))],
    ['a member twice', 'payload_malformed', issueLicense(terms).replace('"seats"', '"seats": 99, "seats"')],
    ['a float', 'payload_malformed|signature_mismatch', issueLicense(terms).replace('"seats": 12', '"seats": 12.5')],
    ['a license without an end of its text', 'payload_malformed|body_too_large', of({ a: 'x'.repeat(2 ** 20) })],
    ['something that is no license', 'payload_malformed', 'AAAA'],
    ['nothing', 'payload_malformed', ''],
  ];
}

/** What a program must refuse. */
export async function checkLicenseRefusals(report: Report, toolchain: Toolchain): Promise<void> {
  const { name } = toolchain.language;
  for (const [what, code, license, ...more] of attacks()) {
    await report.check(`${name} refuses ${what} (license)`, async () => {
      const actual = await verify(toolchain, reference, license, ...more).then(
        (content) => `accepted: ${content}`,
        (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error)),
      );
      sameCode(actual, code);
    });
  }
}
