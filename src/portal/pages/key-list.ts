/**
 * Keys in a list, and the page of one's own.
 *
 * @module
 */

import { type ApiKey, stateOf } from '../../api-key/store/record.ts';
import { type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { homePath, keyPath, withQuery } from '../paths.ts';
import { layout } from './layout.ts';
import { dayWords, KIND_WORDS, nameOf, stateMark, type WriteTime } from './words.ts';

/** Keys, a card each. */
export function keyList(setup: PortalSetup, keys: readonly ApiKey[], now: number, showOwner: boolean): Html {
  return html`<ul class="keys">${keys.map((key) => card(setup, key, now, showOwner))}</ul>`;
}

function card(setup: PortalSetup, key: ApiKey, now: number, showOwner: boolean): Html {
  return html`<li class="card">
<div class="head"><h3><a href="${keyPath(setup, key.keyid)}"><bdi>${nameOf(key)}</bdi></a></h3>${stateMark(key, now)}</div>
<p class="keyid"><code>${key.keyid}</code></p>
<dl class="facts">
${showOwner && html`<div><dt>Owner</dt><dd><bdi>${key.owner}</bdi>${key.tenant !== '' && html` <span class="soft">of <bdi>${key.tenant}</bdi></span>`}</dd></div>`}
<div><dt>Kind</dt><dd>${KIND_WORDS[key.kind][0]}</dd></div>
<div><dt>Last used</dt><dd>${key.lastUsedAt === undefined ? 'never' : dayWords(key.lastUsedAt, now)}</dd></div>
${endOf(key, now, dayWords)}
</dl>
</li>`;
}

/** When a key ends, or ended, whatever ends it. */
export function endOf(key: ApiKey, now: number, write: WriteTime): Html {
  if (key.status === 'revoked') return html`<div><dt>Revoked</dt><dd>${write(key.statusAt, now)}</dd></div>`;
  if (key.overlapUntil !== undefined)
    return html`<div><dt>${key.overlapUntil > now ? 'Counts until' : 'Counted until'}</dt><dd>${write(key.overlapUntil, now)}</dd></div>`;
  if (key.notAfter === undefined) return html`<div><dt>Expires</dt><dd>never</dd></div>`;
  return html`<div><dt>${key.notAfter >= now ? 'Expires' : 'Expired'}</dt><dd>${write(key.notAfter, now)}</dd></div>`;
}

/** What the page of one's own keys shows. */
export interface MyKeys {
  readonly user: Viewer;
  readonly keys: readonly ApiKey[];
  readonly cursor: string | undefined;
  readonly isFirst: boolean;
  readonly now: number;
  readonly notice: string | undefined;
}

const ENDED: readonly string[] = ['revoked', 'expired', 'rotated_out'];

/** One's own keys: those that count, and below them those that ended. */
export function myKeysPage(setup: PortalSetup, { user, keys, cursor, isFirst, now, notice }: MyKeys): Html {
  const ended = keys.filter((key) => ENDED.includes(stateOf(key, now)));
  const usable = keys.filter((key) => !ended.includes(key));
  const body = html`<p class="lead">Keys let your programs call the API in your name. Treat their secrets like passwords.</p>
<p><a class="button primary" href="${setup.basePath}/new">Request a key</a></p>
${usable.length > 0 && html`<section aria-labelledby="usable"><h2 id="usable">In use</h2>${keyList(setup, usable, now, false)}</section>`}
${usable.length === 0 && isFirst && html`<p class="empty">You have no key ${ended.length > 0 ? 'that counts' : 'yet'}. The first takes a minute: request it, copy its secret, paste the first call.</p>`}
${ended.length > 0 && html`<section aria-labelledby="ended"><h2 id="ended">Ended</h2>${keyList(setup, ended, now, false)}</section>`}
${cursor !== undefined && html`<p><a class="button" href="${withQuery(homePath(setup), { after: cursor })}">More keys</a></p>`}`;
  return layout(setup, { title: 'My keys', body, user, menu: 'home', notice });
}
