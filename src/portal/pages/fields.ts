/**
 * Fields of forms, each with its label, its hint, and what is wrong with it.
 *
 * @module
 */

import { attributes, type Html, html } from '../html.ts';

/** What is wrong with a form: a sentence a field. */
export type Problems = Readonly<Record<string, string>>;

/** A field of text. */
export interface TextField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: string;
  readonly maxLength: number;
  readonly problem: string | undefined;
  /** Whether it may be left empty. Default: false. */
  readonly optional?: boolean | undefined;
}

const describedBy = (name: string, hint: string | undefined, problem: string | undefined): string | undefined =>
  [hint !== undefined && `${name}-hint`, problem !== undefined && `${name}-problem`].filter(Boolean).join(' ') || undefined;

const problemText = (name: string, problem: string | undefined): Html | undefined =>
  problem === undefined ? undefined : html`<p class="problem" id="${name}-problem">${problem}</p>`;

/** A field of text. */
export function textField({ name, label, hint, value, maxLength, problem, optional = false }: TextField): Html {
  return html`<div class="field">
<label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
<input ${attributes({
    id: name,
    name,
    value,
    type: 'text',
    maxlength: maxLength,
    required: !optional,
    autocomplete: 'off',
    'aria-describedby': describedBy(name, hint, problem),
    'aria-invalid': problem !== undefined && 'true',
  })}>
${problemText(name, problem)}
</div>`;
}

/** One of several. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly meaning?: string | undefined;
}

/** Things to choose from. */
export interface ChoiceField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  /** `radio`: exactly one; `checkbox`: any. */
  readonly type: 'radio' | 'checkbox';
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly problem: string | undefined;
}

/** Things to choose from, all in sight. */
export function choiceField({ name, label, hint, type, choices, chosen, problem }: ChoiceField): Html {
  return html`<fieldset class="field" ${attributes({ id: name, 'aria-describedby': describedBy(name, hint, problem) })}>
<legend>${label}</legend>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
<div class="choices">${choices.map(({ value, label: text, meaning }) => {
    const checked = chosen.includes(value);
    return html`<label class="choice"><input ${attributes({ type, name, value, checked })}> <span><b>${text}</b>${
      meaning !== undefined && html` <span class="soft">${meaning}</span>`
    }</span></label>`;
  })}</div>
${problemText(name, problem)}
</fieldset>`;
}

/** One of several, in a list that opens. */
export function selectField({ name, label, choices, chosen, problem, hint }: Omit<ChoiceField, 'type'>): Html {
  return html`<div class="field">
<label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
<select ${attributes({ id: name, name, 'aria-describedby': describedBy(name, hint, problem), 'aria-invalid': problem !== undefined && 'true' })}>
${choices.map(({ value, label: text }) => html`<option ${attributes({ value, selected: chosen.includes(value) })}>${text}</option>`)}
</select>
${problemText(name, problem)}
</div>`;
}

/** A field that nobody sees. */
export function hidden(name: string, value: string | number): Html {
  return html`<input ${attributes({ type: 'hidden', name, value, autocomplete: 'off' })}>`;
}

/** All that is wrong, above a form, each leading to its field. */
export function problemList(problems: Problems): Html | undefined {
  const found = Object.entries(problems);
  if (found.length === 0) return undefined;
  return html`<div class="alert" role="alert"><p>That cannot be done yet:</p><ul>${found.map(
    ([name, problem]) => html`<li>${name === '' ? problem : html`<a href="#${name}">${problem}</a>`}</li>`,
  )}</ul></div>`;
}
