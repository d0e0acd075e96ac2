/**
 * The page of the bank: plain HTML, and one script that is bundled as any page would.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importPublicKeyJwk, type Jwk, jwkThumbprint } from 'countersign/key-pairs';
import { build } from 'esbuild';
import type { Bank } from './bank.ts';
import type { Counter } from './counter.ts';
import { readText, sendJson } from './http.ts';
import { codeOf } from './page-code.ts';
import type { Shop } from './shop.ts';

/** Opens `GET /` and what it needs. */
export async function openPage(bank: Bank, counter: Counter, shop: Shop): Promise<void> {
  const template = await readFile(join(import.meta.dirname, 'page.html'), 'utf8');
  const html = template.replaceAll('{{bank}}', bank.origin).replaceAll('{{shop}}', shop.origin);
  const buttons = [...html.matchAll(/name="attempt" value="([\w-]+)"/g)].map(([, name]) => name!);
  bank.route('GET /', (_, response) => {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyOf(shop),
      'set-cookie': `${counter.logIn('jdoe')}; HttpOnly; SameSite=Strict`,
    });
    response.end(html);
  });
  openFile(bank, '/page.js', 'text/javascript', await bundle());
  openFile(bank, '/page.css', 'text/css', await readFile(join(import.meta.dirname, 'page.css'), 'utf8'));
  openFile(bank, '/code.json', 'application/json', JSON.stringify(await codeOf(buttons)));
  openRegistration(bank);
}

function policyOf(shop: Shop): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${shop.origin}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // Shared chunks have no side effects, as package.json says.
    logOverride: { 'ignored-bare-import': 'silent' },
    // Only the package as it is built: the paths of our own tsconfig would lead to its source.
    tsconfigRaw: {},
  });
  return outputFiles[0]!.text;
}

function openFile(bank: Bank, path: string, type: string, text: string): void {
  bank.route(`GET ${path}`, (_, response) => void response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text));
}

/** Whoever opens the page becomes a consumer: a bank of this kind only. */
function openRegistration(bank: Bank): void {
  bank.route('POST /keys', async (request, response) => {
    const jwk = JSON.parse(await readText(request)) as Jwk;
    const keyid = await jwkThumbprint(jwk);
    bank.register(keyid, await importPublicKeyJwk(jwk));
    sendJson(response, { keyid });
  });
}
