/**
 * The script of the page: what each button attempts, and where its outcome shows.
 */
import type { Excerpt } from './page-code.ts';
import { messageAttempts } from './page-messages.ts';
import { reach } from './page-reach.ts';
import { type Amounts, type Attempt, openCustomer, requestAttempts } from './page-requests.ts';
import { byId, showCode, showFailure, showOutcome, showWaiting } from './page-result.ts';

/** After so long the last result is taken away: it would pass for this one's. */
const IMPATIENCE_MS = 300;

const result = byId('result');

async function press(button: HTMLButtonElement, attempt: Attempt, excerpts: readonly Excerpt[]): Promise<void> {
  if (result.hasAttribute('aria-busy')) return;
  const title = button.textContent ?? '';
  result.setAttribute('aria-busy', 'true');
  const waiting = setTimeout(() => showWaiting(title), IMPATIENCE_MS);
  mark(button);
  showCode(excerpts);
  try {
    const outcome = await attempt(readAmounts());
    clearTimeout(waiting);
    showOutcome(title, outcome);
  } catch (error) {
    clearTimeout(waiting);
    showFailure(title, error);
  }
  result.removeAttribute('aria-busy');
  bringIntoView();
}

/** The button that was pressed last, for the eye and for the way back. */
function mark(button: HTMLButtonElement): void {
  document.querySelector('[aria-current]')?.removeAttribute('aria-current');
  button.setAttribute('aria-current', 'true');
  byId('back').hidden = false;
}

/** At phone width the result stands below the buttons: it comes into view, and whoever reads on starts there. */
function bringIntoView(): void {
  result.scrollTop = 0;
  if (!matchMedia('(width < 52rem)').matches) return;
  byId('heading').focus({ preventScroll: true });
  result.scrollIntoView();
}

function readAmounts(): Amounts {
  const amountOf = (id: string): number => (byId(id) as HTMLInputElement).valueAsNumber;
  return { amount: amountOf('amount'), changed: amountOf('changed'), edited: amountOf('edited') };
}

async function main(): Promise<void> {
  const code = (await (await reach('/code.json')).json()) as Readonly<Record<string, readonly Excerpt[]>>;
  const signer = await openCustomer();
  const attempts = { ...requestAttempts(signer), ...messageAttempts(document.body.dataset['shop'] ?? '') };
  byId('keyid').textContent = signer.keyid;
  // A form sees to it that what was typed is an amount, and that Enter in a field presses the first button.
  for (const form of document.forms) form.addEventListener('submit', (event) => pressSubmitter(event, attempts, code));
  byId('back').addEventListener('click', () => document.querySelector<HTMLElement>('[aria-current]')?.focus());
  for (const button of document.querySelectorAll<HTMLButtonElement>('form button')) button.disabled = false;
}

function pressSubmitter(
  event: SubmitEvent,
  attempts: Readonly<Record<string, Attempt>>,
  code: Readonly<Record<string, readonly Excerpt[]>>,
): void {
  event.preventDefault();
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement)) return;
  const attempt = attempts[button.value];
  if (attempt !== undefined) void press(button, attempt, code[button.value] ?? []);
}

main().catch((error: unknown) => showFailure('Opening the page', error));
