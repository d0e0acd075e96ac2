/**
 * The page of one key: what it is, and what can be done with it.
 *
 * @module
 */

import type { KeyChange } from '../../api-key/store/key-store.ts';
import { type ApiKey, stateOf } from '../../api-key/store/record.ts';
import { isOwnKey } from '../call.ts';
import { attributes, type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { keyPath } from '../paths.ts';
import { changeList } from './audit.ts';
import { hidden, type Problems, problemList, selectField, textField } from './fields.ts';
import { firstRequest } from './first-request.ts';
import { endOf } from './key-list.ts';
import { layout } from './layout.ts';
import { durationWords, KIND_WORDS, nameOf, STATE_WORDS, stateMark, timeWords } from './words.ts';

/** What the page shows. */
export interface KeyView {
  readonly user: Viewer;
  readonly key: ApiKey;
  readonly events: readonly KeyChange[];
  readonly token: string;
  readonly now: number;
  readonly notice?: string | undefined;
  /** What was wrong with the form that was sent, and what stood in it. */
  readonly problems: Problems;
  readonly reason: string;
}

/** The page. */
export function keyPage(setup: PortalSetup, view: KeyView): Html {
  const { user, key, events, now, notice, problems } = view;
  const isOwn = isOwnKey(key, user);
  const body = html`<p class="under">${stateMark(key, now)} <span class="soft">${STATE_WORDS[stateOf(key, now)][1]}</span></p>
${problemList(problems)}
<section class="sheet" aria-label="About this key">${facts(setup, key, now, !isOwn)}</section>
${key.status !== 'revoked' && deeds(setup, view, isOwn)}
${isOwn && stateOf(key, now) === 'active' && firstRequest(setup, { keyid: key.keyid, kind: key.kind, secret: undefined })}
<section aria-labelledby="history"><h2 id="history">What happened</h2>${changeList(setup, events.slice(-100), now, false)}</section>`;
  return layout(setup, { title: nameOf(key), body, user, menu: isOwn ? 'home' : 'all', notice });
}

function facts(setup: PortalSetup, key: ApiKey, now: number, showOwner: boolean): Html {
  const succeeded = key.replacedBy;
  return html`<dl class="facts">
<div class="whole"><dt>Key ID</dt><dd><span class="copy"><code id="keyid-value">${key.keyid}</code> <button type="button" data-copy="keyid-value" aria-label="Copy key ID" hidden>Copy</button></span></dd></div>
${showOwner && html`<div><dt>Owner</dt><dd><bdi>${key.owner}</bdi></dd></div>`}
${showOwner && key.tenant !== '' && html`<div><dt>Tenant</dt><dd><bdi>${key.tenant}</bdi></dd></div>`}
<div><dt>Kind</dt><dd>${KIND_WORDS[key.kind][0]}</dd></div>
<div><dt>For</dt><dd>${key.environment}</dd></div>
<div><dt>It may</dt><dd>${key.scopes.length === 0 ? 'nothing in particular' : key.scopes.map((scope) => html`<code>${scope}</code> `)}</dd></div>
<div><dt>Made</dt><dd>${timeWords(key.createdAt, now)}</dd></div>
<div><dt>Last used</dt><dd>${key.lastUsedAt === undefined ? 'never' : timeWords(key.lastUsedAt, now)}</dd></div>
<div><dt>Uses</dt><dd>${key.uses}</dd></div>
${endOf(key, now, timeWords)}
${key.reason !== undefined && html`<div><dt>Why ${key.status}</dt><dd><bdi>${key.reason}</bdi></dd></div>`}
${succeeded !== undefined && html`<div class="whole"><dt>Its successor</dt><dd><a href="${keyPath(setup, succeeded)}"><code>${succeeded}</code></a></dd></div>`}
</dl>`;
}

/** What can be done with a key that is not revoked. */
function deeds(setup: PortalSetup, view: KeyView, isOwn: boolean): Html {
  const { key, now } = view;
  const state = stateOf(key, now);
  const canRotate = isOwn && key.replacedBy === undefined && state === 'active';
  const isStopped = key.status === 'disabled' || key.status === 'pending';
  return html`<section class="deeds" aria-label="Change this key">
${canRotate && rotation(setup, view)}
${isStopped && (view.user.staff || isEnabledByOwner(key, view.events)) && enabling(setup, view)}
${key.status === 'active' && (state === 'active' || state === 'scheduled') && disabling(setup, view)}
${revocation(setup, view)}
</section>`;
}

/** Whether its owner may let a key count again: he stopped it himself, and nobody else did since. */
export function isEnabledByOwner({ status, owner }: ApiKey, events: readonly KeyChange[]): boolean {
  return status === 'disabled' && events.findLast(({ action }) => action === 'disabled')?.actor === owner;
}

function form(setup: PortalSetup, { key, token }: KeyView, action: string, content: Html): Html {
  return html`<form method="post" novalidate action="${keyPath(setup, key.keyid, action)}">
${hidden('token', token)}${hidden('revision', key.revision)}
${content}
</form>`;
}

function deed(title: string, open: boolean, content: Html): Html {
  return html`<details class="sheet" ${attributes({ name: 'deed', open })}><summary>${title}</summary>${content}</details>`;
}

function rotation(setup: PortalSetup, view: KeyView): Html {
  const problem = view.problems['overlap'];
  const content = html`<p>${
    view.key.kind === 'ed25519'
      ? 'A new pair is made in this browser, and takes over from this one.'
      : 'You get a new key ID and secret, which take over from these.'
  } For a while both count, so that you can bring the new one to all your programs. If this one leaked, end it at once.</p>
${selectField({
  name: 'overlap',
  label: 'Both count for',
  choices: setup.overlaps.map((seconds) => ({
    value: String(seconds),
    label: seconds === 0 ? 'No time: this one ends at once' : durationWords(seconds),
  })),
  chosen: [],
  problem,
})}
<p class="actions"><button class="primary" type="submit">Rotate</button></p>`;
  return deed('Rotate', problem !== undefined, form(setup, view, 'rotate', content));
}

function disabling(setup: PortalSetup, view: KeyView): Html {
  const content = html`<p>It stops counting, within seconds everywhere, until you enable it again.</p>
<p class="actions"><button type="submit">Disable</button></p>`;
  return deed('Disable', false, form(setup, view, 'disable', content));
}

function enabling(setup: PortalSetup, view: KeyView): Html {
  const content = html`<p>It counts again.</p><p class="actions"><button class="primary" type="submit">Enable</button></p>`;
  return deed('Enable', true, form(setup, view, 'enable', content));
}

function revocation(setup: PortalSetup, view: KeyView): Html {
  const problem = view.problems['reason'];
  const unsure = view.problems['sure'];
  const content = html`<p>It ends for ever, within seconds everywhere. There is no way back: programs that still use it are refused.</p>
${textField({ name: 'reason', label: 'Why', hint: 'Kept with the key: “leaked”, “not needed any more”.', value: view.reason, maxLength: 200, problem })}
<div class="field"><label class="choice"><input ${attributes({
    id: 'sure',
    type: 'checkbox',
    name: 'sure',
    value: 'yes',
    required: true,
    'aria-describedby': unsure !== undefined && 'sure-problem',
    'aria-invalid': unsure !== undefined && 'true',
  })}> <span>Nothing uses it any more, or shall.</span></label>
${unsure !== undefined && html`<p class="problem" id="sure-problem">${unsure}</p>`}</div>
<p class="actions"><button class="danger" type="submit">Revoke for ever</button></p>`;
  return deed('Revoke', problem !== undefined || unsure !== undefined, form(setup, view, 'revoke', content));
}
