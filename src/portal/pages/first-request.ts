/**
 * The first request with a key, in the languages there are.
 *
 * @module
 */

import { snippetsOf } from '../first-request/snippets.ts';
import type { SnippetKey } from '../first-request/target.ts';
import { attributes, type Html, html } from '../html.ts';
import type { PortalSetup } from '../options.ts';

/** The section; nothing where the provider names no first request. */
export function firstRequest(setup: PortalSetup, key: SnippetKey): Html | undefined {
  if (setup.firstRequest === undefined) return undefined;
  const snippets = snippetsOf(setup.firstRequest, key);
  const needsFile = key.secret === undefined && key.kind !== 'ed25519';
  return html`<section class="sheet" aria-labelledby="first">
<h2 id="first">Your first request</h2>
<p>${setup.firstRequest.method} <code>${setup.firstRequest.url}</code>${
    needsFile && html`, with the secret in the environment: <code>set -a; . ./${envName(key.keyid)}</code>`
  }</p>
${snippets.map(({ language, how, code }, index) => {
  const id = `first-${index}`;
  return html`<details ${attributes({ name: 'language', open: index === 0 })}>
<summary>${language}</summary>
<p class="hint">${how}</p>
<div class="code"><button type="button" data-copy="${id}" aria-label="Copy the ${language} program" hidden>Copy</button>
<pre tabindex="0" role="region" aria-label="${language}"><code id="${id}">${code}</code></pre></div>
</details>`;
})}
</section>`;
}

/** The file that a key is saved as. */
export function envName(keyid: string): string {
  return `${keyid.replace(/[^\w.-]/g, '_').slice(0, 64)}.env`;
}
