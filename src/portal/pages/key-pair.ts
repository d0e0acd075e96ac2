/**
 * The page on which a browser makes a key pair: a script does, and sends the public half with the proof that it has the other.
 *
 * @module
 */

import { type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { homePath } from '../paths.ts';
import { hidden } from './fields.ts';
import { layout } from './layout.ts';

/** What the page shows. */
export interface KeyPairView {
  readonly user: Viewer;
  readonly token: string;
  /** Where the form goes. */
  readonly action: string;
  /** What the proof is made over. */
  readonly challenge: string;
  /** What else the form carries. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The page. */
export function keyPairPage(setup: PortalSetup, { user, token, action, challenge, fields }: KeyPairView): Html {
  const body = html`<p class="lead">Your browser makes the pair now, and keeps the private half where no script and no person can read it: not you, and not us.</p>
<form class="sheet" method="post" action="${action}" data-key-pair="${challenge}">
${hidden('token', token)}${hidden('challenge', challenge)}${hidden('x', '')}${hidden('proof', '')}
${Object.entries(fields).map(([name, value]) => hidden(name, value))}
<p>It works in this browser only, for pages of this site. Who deletes the data of this site deletes the key: then revoke it here, and make another.</p>
<p class="problem" role="alert" data-failure></p>
<p class="actions"><button class="primary" type="submit" disabled>Make the key pair</button> <a class="button" href="${homePath(setup)}">Not now</a></p>
<noscript><p class="problem">This needs JavaScript. Without it, request a key of another kind.</p></noscript>
</form>`;
  return layout(setup, { title: 'Make a key pair', body, user, menu: 'new' });
}
