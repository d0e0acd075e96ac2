/**
 * The form with which a key is requested.
 *
 * @module
 */

import { type Html, html } from '../html.ts';
import type { PortalScope, PortalSetup, Viewer } from '../options.ts';
import { choiceField, hidden, type Problems, problemList, selectField, textField } from './fields.ts';
import { layout } from './layout.ts';
import { durationWords, KIND_WORDS } from './words.ts';

/** What the form is filled with. */
export interface NewKeyValues {
  readonly name: string;
  readonly kind: string;
  readonly scopes: readonly string[];
  readonly lifetime: string;
}

/** What the page shows. */
export interface NewKeyView {
  readonly user: Viewer;
  readonly token: string;
  readonly offered: readonly PortalScope[];
  readonly values: NewKeyValues;
  readonly problems: Problems;
}

/** How a lifetime is called in the form. */
export const FOREVER = 'forever';

/** The page. */
export function newKeyPage(setup: PortalSetup, { user, token, offered, values, problems }: NewKeyView): Html {
  const body = html`${problemList(problems)}
<form class="sheet" method="post" novalidate action="${setup.basePath}/new">
${hidden('token', token)}
${textField({
  name: 'name',
  label: 'Name',
  hint: 'Where it will be used, so that you know it again: “billing, production”.',
  value: values.name,
  maxLength: 100,
  problem: problems['name'],
})}
${choiceField({
  name: 'kind',
  label: 'What you get',
  type: 'radio',
  choices: setup.kinds.map((kind) => ({ value: kind, label: KIND_WORDS[kind][0], meaning: KIND_WORDS[kind][1] })),
  chosen: [values.kind],
  problem: problems['kind'],
})}
${setup.kinds.includes('ed25519') && html`<noscript><p class="hint">A key pair is made by a script: it needs JavaScript.</p></noscript>`}
${
  offered.length > 0 &&
  choiceField({
    name: 'scopes',
    label: 'What it may do',
    hint: 'As little as will do. It can be requested anew at any time.',
    type: 'checkbox',
    choices: offered.map(({ scope, description }) => ({ value: scope, label: scope, meaning: description })),
    chosen: values.scopes,
    problem: problems['scopes'],
  })
}
${selectField({
  name: 'lifetime',
  label: 'It ends by itself',
  choices: setup.lifetimes.map((seconds) => ({
    value: seconds === undefined ? FOREVER : String(seconds),
    label: seconds === undefined ? 'Never: only when it is revoked' : `After ${durationWords(seconds)}`,
  })),
  chosen: [values.lifetime],
  problem: problems['lifetime'],
})}
<p class="actions"><button class="primary" type="submit">Request key</button></p>
</form>`;
  return layout(setup, { title: 'Request a key', body, user, menu: 'new' });
}
