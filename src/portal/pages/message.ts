/**
 * A page that says one thing: what could not be done.
 *
 * @module
 */

import { type Html, html } from '../html.ts';
import type { PortalSetup, Viewer } from '../options.ts';
import { homePath } from '../paths.ts';
import { layout } from './layout.ts';

/** What it says. */
export interface Message {
  readonly title: string;
  readonly text: string;
  readonly user?: Viewer | undefined;
}

/** The page. */
export function messagePage(setup: PortalSetup, { title, text, user }: Message): Html {
  const body = html`<p class="lead">${text}</p>
${user !== undefined && html`<p><a class="button" href="${homePath(setup)}">My keys</a></p>`}`;
  return layout(setup, { title, body, user });
}
