/**
 * The query carrier: URLs that programs sign, at a peer.
 *
 * @module
 */

import { type Peer, Refusal } from './peer.ts';
import { percent } from './reference.ts';
import { type Report, same } from './report.ts';
import { signedPrefix } from './spellings.ts';
import type { Toolchain } from './toolchain.ts';

const TARGETS = [
  '',
  '/',
  '/?',
  '?a=1',
  '/a?b',
  '/?a=1&',
  '/?a=1&&b=&=&',
  '/a;b=1,2@:$!*()?x=/?:@+%20&A=%e2%82%ac&A=2',
  '/?b=1&10&9=&a=+%2b==&b=%7e&%62=&%ff&&=&=x&4294967295&4294967294',
];

/** A program's URLs must be good at a peer, once where they say so, and whole. */
export async function checkUrls(report: Report, toolchain: Toolchain, peer: Peer): Promise<void> {
  const { name } = toolchain.language;
  const sign = async (method: string, url: string, ...more: string[]): Promise<string> =>
    (await toolchain.run('sign-url', [method, url, '600', ...more])).toString().trimEnd();
  const values = Object.values(peer.values).filter((value) => value.length < 1000);
  const urls = [
    ...TARGETS.map((target) => `https://files.example${target}`),
    'http://FILES.example:80/x',
    'https://files.example:8443/x',
    ...values.map((value) => `https://files.example/${percent(value)}?v=${percent(value)}&${percent(value)}`),
  ];
  for (const [index, url] of urls.entries()) {
    const method = index % 2 === 0 ? 'GET' : 'PUT';
    await report.check(`${name} signs ${method} ${url}, ${peer.name} verifies`, async () => {
      const signed = await sign(method, url);
      if (!signed.startsWith(signedPrefix(url))) throw new Error(`the URL is spelled otherwise: ${signed}`);
      await peer.verifyUrl(method, signed);
    });
  }
  const refused = async (method: string, url: string): Promise<string> =>
    peer.verifyUrl(method, url).then(
      () => 'accepted',
      (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
    );
  await report.check(`${name} signs a URL that counts once`, async () => {
    const signed = await sign('GET', 'https://files.example/x?a=1', 'once');
    await peer.verifyUrl('GET', signed);
    same(await refused('GET', signed), 'nonce_replayed');
  });
  await report.check(`what ${name} signed is refused when it is changed`, async () => {
    const signed = await sign('GET', 'https://files.example/x?a=1');
    same(await refused('PUT', signed), 'signature_mismatch');
    same(await refused('GET', signed.replace('a=1', 'a=2')), 'signature_mismatch');
  });
  for (const url of [
    'https://files.example/?signature=x',
    'https://files.example/?a=1&Signature-%49nput',
    'https://files.example/a b',
    'https://files.example/?a=1#b',
  ]) {
    await report.check(`${name} does not sign ${url}`, async () => {
      const signed = await sign('GET', url).catch(() => undefined);
      if (signed !== undefined) throw new Error(`it signed ${signed}`);
    });
  }
}
