/**
 * What the provider's staff sees: all keys, and what happened to them.
 *
 * @module
 */

import { parseKey } from '../../api-key/credential/format.ts';
import type { KeyState } from '../../api-key/store/record.ts';
import { pageAnswer, redirect } from '../answer.ts';
import type { Call, SentCall } from '../call.ts';
import { PageError } from '../page-error.ts';
import { type AllKeysFilter, allKeysPage, EXPIRING, STATES, UNUSED } from '../pages/all-keys.ts';
import { auditPage } from '../pages/audit.ts';
import type { Problems } from '../pages/fields.ts';
import { keyPath, withQuery } from '../paths.ts';
import { listKeys } from './my-keys.ts';
import { problemOfText } from './new-key.ts';
import { purposes } from './purposes.ts';

/** All keys that are as the address says. What it says that cannot be, leaves everything in. */
export async function showAllKeys(call: Call): Promise<Response> {
  return answerAll(
    call,
    readFilter((name) => call.query.get(name) ?? '', 'owner'),
    call.query.get('after') ?? '',
    {},
    200,
  );
}

async function answerAll(call: Call, filter: AllKeysFilter, after: string, problems: Problems, status: number): Promise<Response> {
  const { setup, user, now } = call;
  const asked = {
    owner: filter.owner || undefined,
    tenant: filter.tenant || undefined,
    state: (filter.state || undefined) as KeyState | undefined,
    unusedSince: filter.unused === '' ? undefined : Math.max(0, now - Number(filter.unused)),
    expiringBefore: filter.expiring === '' ? undefined : now + Number(filter.expiring),
  };
  const hasProblems = Object.keys(problems).length > 0;
  const { keys, cursor } = hasProblems ? { keys: [], cursor: undefined } : await listKeys(call, asked, after);
  const token = await call.token(purposes.search);
  return pageAnswer(allKeysPage(setup, { user, token, filter, keys, cursor, now, problems }), status);
}

/**
 * Finds: a key by its keyid, or by the whole of it, leads to its page; anything else is taken for an owner. A form, since whoever found a key
 * somewhere pastes it here: it must not get into an address.
 */
export async function findKeys(call: SentCall): Promise<Response> {
  const { setup, form } = call;
  const filter = readFilter((name) => form.one(name).trim(), 'q');
  const again = (problems: Problems) => answerAll(call, { ...filter, owner: '', tenant: withoutSecret(filter.tenant) }, '', problems, 422);
  const problems = problemsOf(filter);
  if (Object.keys(problems).length > 0) return again(problems);
  const keyid = parseKey(filter.owner)?.keyid ?? filter.owner;
  if (/^[ -~]{1,256}$/.test(keyid) && (await setup.apiKeys.get(keyid)) !== undefined) return redirect(keyPath(setup, keyid));
  if (looksSecret(filter.owner)) return again({ q: 'That is a key, or a part of one, and none of ours.' });
  return redirect(withQuery(`${setup.basePath}/all`, { ...filter }));
}

/** A secret, whole or in part or mistyped: it stays out of addresses and pages. Names of owners and tenants are shorter. */
const looksSecret = (text: string): boolean => /_sec_|\w{41}/.test(text);

const withoutSecret = (text: string): string => (looksSecret(text) ? '' : text);

function readFilter(read: (name: string) => string, ownerName: string): AllKeysFilter {
  const oneOf = (name: string, allowed: readonly (string | number)[]): string => {
    const value = read(name);
    return allowed.some((one) => String(one) === value) ? value : '';
  };
  return {
    owner: read(ownerName),
    tenant: read('tenant'),
    state: oneOf('state', STATES),
    unused: oneOf(
      'unused',
      UNUSED.map(([seconds]) => seconds),
    ),
    expiring: oneOf(
      'expiring',
      EXPIRING.map(([seconds]) => seconds),
    ),
  };
}

function problemsOf({ owner, tenant }: AllKeysFilter): Problems {
  const wrong = (text: string) => (text === '' ? undefined : problemOfText(text, 256));
  const problems = { q: wrong(owner), tenant: looksSecret(tenant) ? 'is a key, or a part of one, and no tenant' : wrong(tenant) };
  return Object.fromEntries(
    Object.entries(problems).flatMap(([name, problem]) => (problem === undefined ? [] : [[name, `This ${problem}.`]])),
  );
}

/** Changes on one page. */
const PAGE = 50;

/** The latest changes, or those behind a revision that the address names. */
export async function showAudit(call: Call): Promise<Response> {
  const { setup, user, query, now } = call;
  const given = query.get('after');
  if (given !== null && !/^\d{1,15}$/.test(given)) throw new PageError(400, 'No such page', 'The address names no place in the audit.');
  const from = given === null ? await latest(call) : Number(given);
  const changes = await setup.apiKeys.events({ after: from, limit: PAGE });
  const last = changes.at(-1)?.seq;
  const hasNewer = changes.length === PAGE && last !== undefined;
  const older = from > 0 ? Math.max(0, from - PAGE) : undefined;
  return pageAnswer(auditPage(setup, { user, changes, older, newer: hasNewer ? last : undefined, now }));
}

/** Where the last page of changes begins: this process knows about where, and asks for what came since. */
async function latest({ setup }: Call): Promise<number> {
  let from = Math.max(0, setup.apiKeys.revision() - PAGE);
  for (;;) {
    const next = (await setup.apiKeys.events({ after: from, limit: 1000 })).map(({ seq }) => seq);
    if (next.length <= PAGE) return from;
    from = next.at(-PAGE - 1)!;
  }
}
