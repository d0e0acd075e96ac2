/**
 * The style of what stands on the pages: forms, keys, programs, what happened.
 *
 * @module
 */

export const STYLE_OF_PARTS = `
code, pre { font-family: var(--mono); font-size: 0.875em; }

.field + .field, .field + noscript, noscript + .field { margin-top: 1.4rem; }
.field { border: 0; min-width: 0; }
label, legend, .label { font-weight: 600; }
.field .hint { margin-bottom: 0.35rem; }
input[type="text"], select {
  display: block;
  width: 100%;
  max-width: 32rem;
  min-height: 2.75rem;
  margin-top: 0.25rem;
  padding: 0.45rem 0.75rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--sheet);
  color: inherit;
  font: 1rem / 1.4 var(--sans);
}
input[aria-invalid="true"], select[aria-invalid="true"] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
.field .problem { margin-top: 0.35rem; }
.choices { display: grid; gap: 0.5rem; margin-top: 0.5rem; }
.choice { display: flex; gap: 0.7rem; align-items: baseline; font-weight: 400; cursor: pointer; }
.choices .choice { padding: 0.7rem 0.9rem; border: 1px solid var(--rule); border-radius: 0.5rem; }
.choices .choice:hover { border-color: var(--accent); }
.choices .choice:has(:checked) { border-color: var(--accent); box-shadow: inset 0.25rem 0 0 var(--accent); }
.choice b { font-weight: 600; margin-right: 0.25rem; }
input[type="radio"], input[type="checkbox"] { flex: none; width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); position: relative; top: 0.15rem; }
.filters { display: grid; gap: 1rem; }
.filters .field + .field { margin-top: 0; }
.filters .actions { margin-top: 0; }

.keys { display: grid; gap: 0.75rem; }
.card { padding: 1rem 1.25rem; border: 1px solid var(--rule); border-radius: 0.75rem; background: var(--sheet); }
.card:hover { border-color: var(--edge); }
.head { display: flex; justify-content: space-between; gap: 0.4rem 1rem; align-items: baseline; }
.keyid { color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 0.75rem 1.5rem; }
.card .facts { grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); margin-top: 0.75rem; font-size: 0.925rem; }
.facts dt { font-size: 0.85rem; color: var(--soft); }
.facts time { display: block; }
.facts .whole { grid-column: 1 / -1; }

.state { flex: none; padding: 0.1rem 0.65rem; border-radius: 1rem; font-size: 0.85rem; font-weight: 600; background: var(--well); color: var(--soft); border: 1px solid var(--rule); }
.state[data-state="active"] { background: var(--good-sheet); color: var(--good); border-color: transparent; }
.state[data-state="pending"], .state[data-state="scheduled"], .state[data-state="disabled"] { background: var(--wait-sheet); color: var(--wait); border-color: transparent; }
.state[data-state="revoked"] { background: var(--bad-sheet); color: var(--bad); border-color: transparent; }

.once > * + * { margin-top: 1.25rem; }
.value { margin-top: 1rem; }
.copy { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
.value .copy { margin-top: 0.25rem; }
.value code { flex: 1 1 16rem; min-width: 0; padding: 0.65rem 0.85rem; border: 1px solid var(--edge); border-radius: 0.5rem; background: var(--well); user-select: all; }
.copy button { min-height: 2.5rem; padding: 0.35rem 0.9rem; }
.facts .copy button { min-height: 2rem; padding: 0.1rem 0.7rem; font-size: 0.875rem; }

details > summary { padding: 0.35rem 0; font-weight: 600; cursor: pointer; }
details[open] > summary { margin-bottom: 0.5rem; }
section > details { border-top: 1px solid var(--rule); padding: 0.5rem 0; }
section > details.sheet { border: 1px solid var(--rule); padding: 0.65rem 1.25rem; }
section > details.sheet[open] { padding-bottom: 1.25rem; }
section > p + details { margin-top: 1rem; }
.deeds { display: grid; gap: 0.6rem; }
main > section.deeds { margin-top: 1.25rem; }
.deeds form > * + * { margin-top: 1rem; }
.deeds p { max-width: 42rem; }

.code { position: relative; margin-top: 0.5rem; }
.code button { position: absolute; top: 0.5rem; right: 0.5rem; min-height: 2.25rem; padding: 0.2rem 0.8rem; }
pre {
  margin: 0;
  max-height: 26rem;
  padding: 0.85rem 1rem;
  border: 1px solid var(--rule);
  border-radius: 0.5rem;
  background: var(--well);
  font-size: 0.8125rem;
  line-height: 1.5;
  overflow: auto;
  overflow-wrap: normal;
}
pre code { font-size: 1em; }

.changes li { padding: 0.6rem 0; border-bottom: 1px solid var(--rule); display: flex; flex-wrap: wrap; gap: 0 0.6rem; align-items: baseline; }
.changes li:first-child { border-top: 1px solid var(--rule); }
.changes .when { margin-left: auto; font-size: 0.9rem; }

@media (width >= 46rem) {
  .filters { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .filters .field { grid-column: span 2; }
  .filters .field:nth-of-type(1) { grid-column: span 4; }
  .filters .actions { grid-column: 1 / -1; }
  .filters input[type="text"] { max-width: none; }
  .filters .field { align-self: end; }
}

@media (width < 46rem) {
  .bar .wide { gap: 0 1rem; padding-top: 0.6rem; }
  .brand, .who { padding: 0; }
  .who { font-size: 0.875rem; }
  .bar nav { order: 3; width: 100%; }
  .bar nav ul { gap: 0 1.1rem; }
  .bar nav a { padding: 0.4rem 0 0.55rem; }
  main.wide { padding-top: 1.5rem; }
  h1 { font-size: 1.6rem; }
  .changes .when { margin-left: 0; flex-basis: 100%; }
  .card .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.6rem 1rem; }
  .code button { position: static; margin-bottom: 0.5rem; }
  pre { max-height: 20rem; }
}

@media (prefers-reduced-motion: no-preference) {
  button, .button, .card, .choice { transition: border-color 0.12s, background-color 0.12s; }
}

@media print {
  .bar, .actions, .deeds, .code button { display: none; }
}
`;
