/**
 * The bank's portal: keys in a SQLite file, requested on a page, and used at once. Who logs in, and how, is a provider's own affair: here you
 * choose who you are.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSecret } from 'countersign';
import { type ApiKeys, aesGcmSealer, createApiKeys } from 'countersign/api-keys';
import { nodeListener } from 'countersign/node';
import { createKeyPortal, type PortalUser } from 'countersign/portal';
import { migrate, openSqlite, sqlKeyStore } from 'countersign/sql';
import type { Bank } from './bank.ts';
import { readText } from './http.ts';

/** The keys of the bank's developers. */
export interface KeyFile {
  readonly apiKeys: ApiKeys;
  close(): Promise<void>;
}

/** Opens a SQLite file of its own. */
export async function openKeyFile(): Promise<KeyFile> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  const database = openSqlite(join(folder, 'bank.db'));
  await migrate(database);
  const sealer = aesGcmSealer({ current: 'demo', keys: { demo: generateSecret() } });
  const apiKeys = createApiKeys({ store: sqlKeyStore(database), sealer, prefix: 'bank', revocationDelay: 2 });
  return {
    apiKeys,
    close: async () => {
      await apiKeys.close();
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Who there is. */
const PEOPLE: Readonly<Record<string, PortalUser & { readonly role: string }>> = {
  jdoe: { owner: 'jdoe', name: 'Jane Doe', role: 'a developer' },
  roe: { owner: 'roe', name: 'Richard Roe', role: 'another developer' },
  sam: { owner: 'sam', name: 'Sam Smith', staff: true, role: 'of the bank’s staff' },
};

const toLogIn = (): Response => new Response(null, { status: 303, headers: { location: '/log-in' } });

/** Opens `/keys`, and what stands for a log-in. */
export async function openPortal(bank: Bank, apiKeys: ApiKeys): Promise<void> {
  const sessions = new Map<string, PortalUser>();
  const portal = createKeyPortal({
    apiKeys,
    basePath: '/keys',
    title: 'The bank of gold coins',
    formSecret: generateSecret(),
    logOut: '/log-out',
    scopes: [
      { scope: 'coins:write', description: 'Ask for gold coins.' },
      { scope: 'coins:read', description: 'See how many there are.' },
    ],
    firstRequest: { url: `${bank.origin}/coins`, body: '{"currency":"goldcoins","amount":10}' },
    authenticate: async (request) => {
      // So that the page shows what was just used: elsewhere once a minute will do.
      await apiKeys.flush();
      return sessions.get(sessionOf(request.headers.get('cookie') ?? undefined)) ?? toLogIn();
    },
  });
  const listener = nodeListener(portal);
  bank.mount('/keys', (request, response) => listener(request, response));
  bank.route('GET /log-in', (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY });
    response.end(logInPage());
  });
  bank.route('POST /log-in', async (request, response) => {
    const who = PEOPLE[new URLSearchParams(await readText(request)).get('who') ?? ''];
    if (who === undefined) return void response.writeHead(303, { location: '/log-in' }).end();
    const session = randomUUID();
    const { role: _, ...user } = who;
    sessions.set(session, { ...user, session });
    const cookie = `developer=${session}; HttpOnly; SameSite=Lax; Path=/`;
    response.writeHead(303, { location: user.staff ? '/keys/all' : '/keys', 'set-cookie': cookie }).end();
  });
  bank.route('GET /log-out', (request, response) => {
    sessions.delete(sessionOf(request.headers.cookie));
    response.writeHead(303, { location: '/log-in', 'set-cookie': 'developer=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0' }).end();
  });
}

function sessionOf(cookies = ''): string {
  return /(?:^|; )developer=([\w-]+)/.exec(cookies)?.[1] ?? '';
}

const POLICY = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

function logInPage(): string {
  const buttons = Object.entries(PEOPLE).map(
    ([id, { name, role }]) => `<li><button type="submit" name="who" value="${id}">${name}, ${role}</button></li>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Log in: the bank of gold coins</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
  </head>
  <body class="narrow">
    <main class="log-in">
      <h1>The bank of gold coins</h1>
      <p class="lead">Who are you? A provider has a log-in of his own; this is a demo.</p>
      <form method="post" action="/log-in"><ul>${buttons.join('')}</ul></form>
      <p class="aside"><a href="/">What requests the bank accepts</a></p>
    </main>
  </body>
</html>
`;
}
