/**
 * All keys, for the provider's staff: found and filtered.
 *
 * @module
 */

import type { ApiKey, KeyState } from '../../api-key/store/record.ts';
import { type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { withQuery } from '../paths.ts';
import { hidden, type Problems, problemList, selectField, textField } from './fields.ts';
import { keyList } from './key-list.ts';
import { layout } from './layout.ts';
import { STATE_WORDS } from './words.ts';

/** What the list is of; `''` leaves everything in. */
export interface AllKeysFilter {
  readonly owner: string;
  readonly tenant: string;
  readonly state: string;
  /** Seconds: not used for so long. */
  readonly unused: string;
  /** Seconds: ends by itself within so long. */
  readonly expiring: string;
}

/** What the page shows. */
export interface AllKeysView {
  readonly user: Viewer;
  readonly token: string;
  readonly filter: AllKeysFilter;
  readonly keys: readonly ApiKey[];
  readonly cursor: string | undefined;
  readonly now: number;
  readonly problems: Problems;
}

const ANY = { value: '', label: 'Any' };

/** How long ago, and how soon: seconds, and how they are called. */
export const UNUSED: readonly (readonly [seconds: number, words: string])[] = [
  [7 * 86_400, 'For a week'],
  [30 * 86_400, 'For 30 days'],
  [90 * 86_400, 'For 90 days'],
  [365 * 86_400, 'For a year'],
];

export const EXPIRING: readonly (readonly [seconds: number, words: string])[] = [
  [86_400, 'Within a day'],
  [7 * 86_400, 'Within a week'],
  [30 * 86_400, 'Within 30 days'],
];

/** The states that can be asked for. */
export const STATES = /* @__PURE__ */ Object.keys(STATE_WORDS) as readonly KeyState[];

const choices = (from: readonly (readonly [number, string])[]) => [ANY, ...from.map(([value, label]) => ({ value: String(value), label }))];

/** The page. */
export function allKeysPage(setup: PortalSetup, { user, token, filter, keys, cursor, now, problems }: AllKeysView): Html {
  const path = `${setup.basePath}/all`;
  const body = html`${problemList(problems)}
<form class="sheet filters" method="post" novalidate action="${path}">
${hidden('token', token)}
${textFilter('q', 'Owner, key ID, or a whole key', filter.owner, problems, 'Found a key somewhere? Paste it: it goes into no address and no log.')}
${textFilter('tenant', 'Tenant', filter.tenant, problems)}
${select('state', 'State', [ANY, ...STATES.map((state) => ({ value: state, label: STATE_WORDS[state][0] }))], filter.state)}
${select('unused', 'Not used', choices(UNUSED), filter.unused)}
${select('expiring', 'Expires', choices(EXPIRING), filter.expiring)}
<p class="actions"><button class="primary" type="submit">Show</button> <a class="button" href="${path}">All</a></p>
</form>
<section aria-labelledby="found"><h2 id="found">Keys</h2>
${keys.length > 0 ? keyList(setup, keys, now, true) : html`<p class="empty">No key is like that.</p>`}</section>
${cursor !== undefined && html`<p><a class="button" href="${withQuery(path, { ...filter, after: cursor })}">More keys</a></p>`}`;
  return layout(setup, { title: 'All keys', body, user, menu: 'all' });
}

function textFilter(name: string, label: string, value: string, problems: Problems, hint?: string): Html {
  return textField({ name, label, value, hint, maxLength: 256, problem: problems[name], optional: true });
}

function select(name: string, label: string, all: readonly { readonly value: string; readonly label: string }[], chosen: string): Html {
  return selectField({ name, label, choices: all, chosen: [chosen], problem: undefined });
}
