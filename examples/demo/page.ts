/**
 * The script of the page: one case a button, one verdict a case.
 */
import { describeBase, showBase } from './page-base.ts';
import { messageCases } from './page-messages.ts';
import { type Case, openConsumer, requestCases } from './page-requests.ts';
import type { Trial } from './page-trial.ts';

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

const byId = (id: string): HTMLElement => document.getElementById(id)!;

function show(title: string, trial: Trial): void {
  const { status, code, receipt, signed, received, parcel } = trial;
  const verdict = byId('verdict');
  verdict.dataset['verdict'] = code === undefined ? 'accepted' : 'refused';
  byId('what').textContent = title;
  byId('word').textContent = code === undefined ? 'Accepted' : 'Refused';
  byId('code').textContent = code === undefined ? String(status) : `${status} ${code}`;
  byId('meaning').textContent = receipt === undefined ? (MEANINGS[code ?? ''] ?? '') : describeReceipt(receipt);
  byId('finding').textContent = describeBase(code, signed, received);
  byId('sent').textContent = [`POST ${parcel.target}`, ...parcel.headers.map((line) => line.join(': ')), '', parcel.body].join('\n');
  const base = byId('base');
  base.hidden = signed === undefined;
  if (signed === undefined) base.replaceChildren();
  else showBase(base, code, signed, received);
  byId('evidence').hidden = false;
}

function describeReceipt({ credited, balance, note }: NonNullable<Trial['receipt']>): string {
  return `${credited} gold coins credited, balance ${balance}.${note === undefined ? '' : ` Note: “${note}”`}`;
}

async function press(button: HTMLButtonElement, run: Case): Promise<void> {
  const verdict = byId('verdict');
  verdict.setAttribute('aria-busy', 'true');
  try {
    show(button.textContent ?? '', await run());
  } catch {
    byId('word').textContent = 'No answer';
    byId('meaning').textContent = 'The bank cannot be reached. Does the demo still run?';
  }
  document.querySelector('[aria-current]')?.removeAttribute('aria-current');
  button.setAttribute('aria-current', 'true');
  byId('back').setAttribute('href', `#${button.closest('section')?.getAttribute('aria-labelledby')}`);
  verdict.removeAttribute('aria-busy');
  // At phone width the verdict stands below the buttons.
  if (matchMedia('(width < 52rem)').matches) verdict.scrollIntoView();
}

async function main(): Promise<void> {
  const signer = await openConsumer();
  const cases: Readonly<Record<string, Case>> = { ...requestCases(signer), ...messageCases(document.body.dataset['shop'] ?? '') };
  byId('keyid').textContent = signer.keyid;
  for (const button of document.querySelectorAll('button')) {
    const run = cases[button.dataset['case'] ?? ''];
    if (run === undefined) continue;
    button.addEventListener('click', () => void press(button, run));
    button.disabled = false;
  }
}

void main();
