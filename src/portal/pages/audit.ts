/**
 * What happened to keys.
 *
 * @module
 */

import type { KeyAction, KeyChange } from '../../api-key/store/key-store.ts';
import { type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { keyPath, withQuery } from '../paths.ts';
import { layout } from './layout.ts';
import { nameOf, timeWords } from './words.ts';

const ACTION_WORDS: Readonly<Record<KeyAction, string>> = {
  issued: 'Issued',
  imported: 'Imported',
  enrolled: 'Registered',
  updated: 'Changed',
  enabled: 'Enabled',
  disabled: 'Disabled',
  rotated: 'Rotated',
  revoked: 'Revoked',
  rewrapped: 'Sealed anew',
  purged: 'Cleared away',
  reapplied: 'Brought up to date',
};

/** Changes, the latest first. */
export function changeList(setup: PortalSetup, changes: readonly KeyChange[], now: number, showKey: boolean): Html {
  if (changes.length === 0) return html`<p class="empty">Nothing here.</p>`;
  return html`<ol class="changes">${changes.toReversed().map((change) => {
    const { reason } = change.after ?? {};
    return html`<li><b>${ACTION_WORDS[change.action] ?? change.action}</b> by <bdi>${change.actor}</bdi>
${showKey && html`<span class="which"><a href="${keyPath(setup, change.keyid)}"><bdi>${nameOf(change.after ?? change.before ?? { name: '', keyid: change.keyid })}</bdi></a>${ownerOf(change)}</span>`}
${reason !== undefined && /^(?:revoked|disabled|enabled)$/.test(change.action) && html`<span class="soft">“<bdi>${reason}</bdi>”</span>`}
<span class="when">${timeWords(change.at, now)}</span></li>`;
  })}</ol>`;
}

function ownerOf({ after, before }: KeyChange): Html | undefined {
  const key = after ?? before;
  return key && html` <span class="soft">of <bdi>${key.owner}</bdi></span>`;
}

/** What the page shows. */
export interface AuditView {
  readonly user: Viewer;
  readonly changes: readonly KeyChange[];
  /** Where the changes before and behind these begin; `undefined` if there are none. */
  readonly older: number | undefined;
  readonly newer: number | undefined;
  readonly now: number;
}

/** The page. */
export function auditPage(setup: PortalSetup, { user, changes, older, newer, now }: AuditView): Html {
  const link = (text: string, after: number | undefined): Html | undefined =>
    after === undefined
      ? undefined
      : html`<a class="button" href="${withQuery(`${setup.basePath}/audit`, { after: String(after) })}">${text}</a> `;
  const body = html`<p class="lead">Every change of every key, the latest first.</p>
${changeList(setup, changes, now, true)}
<p class="actions">${link('Later', newer)}${link('Earlier', older)}${older !== undefined && older > 0 && link('From the beginning', 0)}</p>`;
  return layout(setup, { title: 'Audit', body, user, menu: 'audit' });
}
