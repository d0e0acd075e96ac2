/**
 * The style of the portal's pages, as browsers get it: light and dark, from the width of a phone on. A provider's own sheet comes after it, and may
 * set the variables anew.
 *
 * @module
 */

import { STYLE_OF_PARTS } from './style-of-parts.ts';

const STYLE_OF_PAGES = `:root {
  --paper: #fbfaf7;
  --sheet: #ffffff;
  --well: #f5f3ee;
  --ink: #1f2328;
  --soft: #555c65;
  --rule: #dcd8cf;
  --edge: #8f8a7e;
  --accent: #7d5800;
  --on-accent: #ffffff;
  --good: #14652f;
  --good-sheet: #e6f4ea;
  --bad: #a3241d;
  --bad-sheet: #fdeceb;
  --wait: #6b4e00;
  --wait-sheet: #fdf3d8;
  --mono: ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
  --sans: system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  --serif: Georgia, "Noto Serif", "DejaVu Serif", serif;
  color-scheme: light dark;
}

@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b;
    --sheet: #1e2125;
    --well: #17191c;
    --ink: #e8e6e1;
    --soft: #aab0b8;
    --rule: #3a3e44;
    --edge: #7d828a;
    --accent: #e5b84a;
    --on-accent: #1f1600;
    --good: #7ed49b;
    --good-sheet: #16301f;
    --bad: #ff9d96;
    --bad-sheet: #3a1a18;
    --wait: #f0cf7a;
    --wait-sheet: #33290f;
  }
}

* { box-sizing: border-box; }

body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 1rem / 1.55 var(--sans);
  overflow-wrap: anywhere;
}

h1, h2, h3, p, ul, ol, dl, dd, fieldset, legend { margin: 0; padding: 0; }
ul, ol { list-style: none; }

.wide { max-width: 54rem; margin: 0 auto; padding: 0 1.25rem; }
main.wide { padding-top: 2.25rem; padding-bottom: 5rem; outline: none; }

h1 { font: 600 2rem / 1.2 var(--serif); color: var(--accent); text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; }
h3 { font-size: 1.05rem; line-height: 1.35; font-weight: 600; }
main > * + * { margin-top: 1.25rem; }
main section > h2 + * { margin-top: 0.75rem; }
main > section:not(.sheet) { margin-top: 2.25rem; }

.lead { font-size: 1.075rem; max-width: 42rem; }
.soft, .hint { color: var(--soft); }
.hint { font-size: 0.9rem; }
.under { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin-top: 0.6rem; }

a { color: var(--accent); text-underline-offset: 0.2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.skip { position: absolute; left: -100vw; }
.skip:focus { left: 0.75rem; top: 0.75rem; z-index: 1; padding: 0.6rem 0.9rem; background: var(--sheet); border-radius: 0.5rem; }
.aloud { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.bar { border-bottom: 1px solid var(--rule); background: var(--sheet); }
.bar .wide { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.75rem; min-height: 3.5rem; }
.brand { font: 600 1.05rem / 1.3 var(--serif); padding: 0.75rem 0; }
.bar nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
.bar nav a { display: block; padding: 0.95rem 0 0.8rem; border-bottom: 3px solid transparent; color: inherit; text-decoration: none; }
.bar nav a:hover { color: var(--accent); }
.bar nav [aria-current] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
.who { margin-left: auto; padding: 0.75rem 0; color: var(--soft); font-size: 0.9rem; }
.who a { margin-left: 0.75rem; }

.sheet { padding: 1.25rem; border: 1px solid var(--rule); border-radius: 0.75rem; background: var(--sheet); }
.empty { padding: 1.5rem 1.25rem; border: 1px dashed var(--edge); border-radius: 0.75rem; color: var(--soft); }
.notice, .alert { padding: 0.7rem 1rem; border-radius: 0.5rem; border: 1px solid; }
.notice { background: var(--good-sheet); color: var(--good); margin-bottom: 1.5rem; }
.alert { background: var(--bad-sheet); color: var(--bad); }
.alert a { color: inherit; }
.alert ul { margin-top: 0.25rem; padding-left: 1.25rem; list-style: disc; }
.problem { color: var(--bad); font-size: 0.9rem; font-weight: 600; }
.problem:empty { display: none; }

button, .button {
  display: inline-block;
  min-height: 2.75rem;
  padding: 0.55rem 1.1rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--sheet);
  color: var(--ink);
  font: inherit;
  line-height: 1.5;
  text-decoration: none;
  cursor: pointer;
}
button[hidden] { display: none; }
button:hover:enabled, .button:hover { border-color: var(--accent); background: var(--well); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button.primary:hover:enabled, .button.primary:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); color: var(--on-accent); }
.danger { border-color: var(--bad); color: var(--bad); font-weight: 600; }
button.danger:hover:enabled { background: var(--bad-sheet); border-color: var(--bad); }
button:disabled { opacity: 0.6; cursor: default; }
.actions { display: flex; flex-wrap: wrap; gap: 0.6rem; margin-top: 1.25rem; }
`;

export const STYLE: string = STYLE_OF_PAGES + STYLE_OF_PARTS;
