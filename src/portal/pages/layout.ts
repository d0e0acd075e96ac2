/**
 * What every page has around it.
 *
 * @module
 */

import { assetPath } from '../assets/assets.ts';
import { attributes, type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { homePath } from '../paths.ts';

/** One page. */
export interface PageContent {
  /** The heading, and the title of the window. */
  readonly title: string;
  /** Below the heading. */
  readonly body: Html;
  /** Who reads it; `undefined` if nobody is known. */
  readonly user?: Viewer | undefined;
  /** Which entry of the menu it belongs to. */
  readonly menu?: 'home' | 'new' | 'all' | 'audit' | undefined;
  /** What was just done, said above everything. */
  readonly notice?: string | undefined;
}

/** A whole page. */
export function layout(setup: PortalSetup, { title, body, user, menu, notice }: PageContent): Html {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${setup.title}</title>
<link rel="icon" type="image/svg+xml" href="${assetPath(setup, 'icon.svg')}">
<link rel="stylesheet" href="${assetPath(setup, 'portal.css')}">
${setup.stylesheet !== undefined && html`<link rel="stylesheet" href="${setup.stylesheet}">`}
<script src="${assetPath(setup, 'portal.js')}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<div class="wide">
<p class="brand">${setup.title}</p>
${user !== undefined && menuOf(setup, user, menu)}
</div>
</header>
<main id="main" class="wide" tabindex="-1">
${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

function menuOf(setup: PortalSetup, user: Viewer, here: PageContent['menu']): Html {
  const entry = (name: PageContent['menu'], path: string, text: string): Html =>
    html`<li><a ${attributes({ href: path, 'aria-current': name === here && 'page' })}>${text}</a></li>`;
  return html`<nav aria-label="Pages"><ul>
${entry('home', homePath(setup), 'My keys')}
${entry('new', `${setup.basePath}/new`, 'New key')}
${user.staff && [entry('all', `${setup.basePath}/all`, 'All keys'), entry('audit', `${setup.basePath}/audit`, 'Audit')]}
</ul></nav>
<p class="who"><bdi>${user.name}</bdi>${setup.logOut !== undefined && html` <a href="${setup.logOut}">Log out</a>`}</p>`;
}
