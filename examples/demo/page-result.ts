/**
 * The panel that says what came of a press of a button.
 */
import type { Answer, Outcome, Receipt } from './page-attempt.ts';
import { describeBase, showBase } from './page-base.ts';
import type { Change } from './page-changes.ts';
import type { Excerpt } from './page-code.ts';
import { UnreachableError } from './page-reach.ts';

/** The codes in plain words. */
const MEANINGS: Readonly<Record<string, string>> = {
  nonce_replayed: 'This very message was accepted before. It counts once.',
  digest_mismatch: 'The body is not the one that was signed.',
  signature_mismatch: 'What arrived is not what was signed.',
  expired: 'It was signed too long ago.',
  signature_missing: 'Nobody signed it.',
  subject_mismatch: 'The message is about another user than the one of this session.',
  audience_mismatch: 'The message was signed for another bank.',
};

/** To whoever sends it, an unknown key is no other refusal than a wrong signature; but this page knows what was changed. */
const KEY_FORGOTTEN =
  'Nothing was changed, so it is the key that the bank does not know: it was started again since, and has forgotten it. Reload the page.';

/** The panel's top: a state for its colours, a word for its stamp, and what that means. */
interface Headline {
  readonly state: 'accepted' | 'refused' | 'none';
  readonly word: string;
  readonly code?: string;
  readonly meaning: string | readonly (string | Node)[];
}

/** An element of the page. */
export const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** Shows what the bank answered. */
export function showOutcome(title: string, { answer, changes, signed, received, sent }: Outcome): void {
  const code = answer.kind === 'refused' ? answer.code : undefined;
  showHeadline(title, headlineOf(answer, changes), changes);
  byId('finding').textContent = describeBase(code, signed, received);
  byId('sent').textContent = [`POST ${sent.target}`, ...sent.headers.map((line) => line.join(': ')), '', sent.body].join('\n');
  const base = byId('base');
  base.hidden = signed === undefined;
  if (signed === undefined) base.replaceChildren();
  else showBase(base, code, signed, received);
  byId('bases').hidden = false;
}

/** Shows that there is no answer, and nothing of an earlier one. */
export function showFailure(title: string, error: unknown): void {
  byId('bases').hidden = true;
  showHeadline(title, error instanceof UnreachableError ? unreachable(error) : broken(error));
}

/** Shows that an answer takes its time, and nothing of an earlier one. */
export function showWaiting(title: string): void {
  byId('bases').hidden = true;
  showHeadline(title, { state: 'none', word: 'Waiting', meaning: 'No answer yet.' });
}

/** Shows the lines behind a button. */
export function showCode(excerpts: readonly Excerpt[]): void {
  byId('excerpts').replaceChildren(
    ...excerpts.flatMap(({ title, file, code }) => {
      const heading = element('h4', `${title} `);
      heading.append(element('code', `examples/demo/${file}`));
      const lines = element('pre', code);
      // Long lines are scrolled, by keyboard too.
      lines.tabIndex = 0;
      return [heading, lines];
    }),
  );
  byId('behind').hidden = false;
}

function headlineOf(answer: Answer, changes: readonly Change[]): Headline {
  const code = String(answer.status);
  if (answer.kind === 'accepted') return { state: 'accepted', word: 'Accepted', code, meaning: describeReceipt(answer.receipt) };
  if (answer.kind === 'refused') {
    const forgotten = answer.code === 'signature_mismatch' && changes.length === 0;
    const meaning = forgotten ? KEY_FORGOTTEN : (MEANINGS[answer.code] ?? '');
    return { state: 'refused', word: 'Refused', code: `${code} ${answer.code}`, meaning };
  }
  return {
    state: 'none',
    word: 'No decision',
    code,
    meaning: 'The bank failed: it neither accepted nor refused. Its terminal may say why.',
  };
}

function describeReceipt({ credited, balance, note }: Receipt): string {
  return `${credited} gold ${credited === 1 ? 'coin' : 'coins'} credited, balance ${balance}.${note === undefined ? '' : ` Note: “${note}”`}`;
}

function unreachable({ origin }: UnreachableError): Headline {
  const who = origin === location.origin ? 'bank' : 'shop';
  return {
    state: 'none',
    word: `The ${who} is unreachable`,
    meaning: [
      `No answer comes from ${origin}, so this is neither an acceptance nor a refusal. Does the demo still run in its terminal? If not, start it again: `,
      element('code', `npm run demo -- --serve --port ${location.port}`),
      ' and reload this page.',
    ],
  };
}

function broken(error: unknown): Headline {
  console.error(error);
  return { state: 'none', word: 'No decision', meaning: 'This page failed. The console of the browser says why.' };
}

function showHeadline(title: string, { state, word, code = '', meaning }: Headline, changes: readonly Change[] = []): void {
  byId('result').dataset['state'] = state;
  byId('what').textContent = title;
  byId('word').textContent = word;
  byId('code').textContent = code;
  byId('meaning').replaceChildren(...[meaning].flat());
  const list = byId('changes');
  list.replaceChildren(...changes.map(lineOf));
  list.hidden = changes.length === 0;
}

/** `amount: 10 → 10000` */
function lineOf({ name, before, after }: Change): HTMLElement {
  const line = element('li', `${name}: `);
  line.append(element('del', before), ' → ', element('ins', after));
  return line;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
