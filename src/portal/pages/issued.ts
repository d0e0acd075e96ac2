/**
 * The page that shows a new secret, once: the answer to the form that asked for it, at no address of its own.
 *
 * @module
 */

import type { IssuedKey } from '../../api-key/issued-key.ts';
import { type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { keyPath } from '../paths.ts';
import { hidden } from './fields.ts';
import { firstRequest } from './first-request.ts';
import { layout } from './layout.ts';

/** What the page shows. */
export interface IssuedView {
  readonly user: Viewer;
  readonly issued: Pick<IssuedKey, 'keyid' | 'secret' | 'key'>;
  /** For the form of the download. */
  readonly token: string;
  /** What becomes of the key before it, if there is one. */
  readonly before: string | undefined;
}

/** The page. The script leads its entry in the history to the page of the key, and clears it when it is left. */
export function issuedPage(setup: PortalSetup, { user, issued, token, before }: IssuedView): Html {
  const { keyid, secret, key } = issued;
  const path = keyPath(setup, keyid);
  const isBearer = key.kind === 'bearer';
  const body = html`<div class="once" data-once="${path}">
<p class="lead">This is the only time the ${isBearer ? 'key' : 'secret'} is shown. Copy it now, or save it: we keep nothing that we could show again.</p>
${before !== undefined && html`<p>${before}</p>`}
<section class="sheet" aria-labelledby="new-secret">
<h2 id="new-secret">${isBearer ? 'Your key' : 'Your key ID and secret'}</h2>
${!isBearer && value('keyid', 'Key ID', keyid)}
${value('secret', isBearer ? 'Key' : 'Secret', secret)}
<form method="post" action="${setup.basePath}/env">
${hidden('token', token)}${hidden('keyid', keyid)}${hidden('secret', secret)}
<p class="actions"><button class="primary" type="submit">Download as .env</button> <a class="button" href="${path}">I have it: go on</a></p>
</form>
</section>
${firstRequest(setup, { keyid, kind: key.kind, secret })}
</div>`;
  return layout(setup, { title: 'Your new key', body, user });
}

function value(id: string, label: string, text: string): Html {
  return html`<div class="value"><p class="label" id="${id}-label">${label}</p>
<div class="copy"><code id="${id}-value" aria-labelledby="${id}-label" tabindex="0" role="textbox" aria-readonly="true">${text}</code>
<button type="button" data-copy="${id}-value" aria-label="Copy ${label.toLowerCase()}" hidden>Copy</button></div></div>`;
}
