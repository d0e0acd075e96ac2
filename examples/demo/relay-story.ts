/**
 * The story of a relayed message: a shop signs "10 gold coins for jdoe", and jdoe's browser, which nobody trusts, brings
 * it to the bank.
 */
import { parseRefusal } from 'countersign';
import type { SignedForm } from 'countersign/payload';
import { type Bank, openBank } from './bank.ts';
import { openCounter } from './counter.ts';
import { type Claim, openShop, SEPARATORS, type Shop } from './shop.ts';
import type { Tell } from './step.ts';

/** A browser logged in at the bank: it fetches messages from the shop and posts them as form fields. */
interface Browser {
  collect(claim: Claim): Promise<SignedForm>;
  relay(fields: SignedForm): Promise<Response>;
}

/** Plays it, with servers of its own. */
export async function relay(note: Tell): Promise<void> {
  const bank = await openBank();
  const shop = await openShop(bank);
  const counter = openCounter(bank);
  try {
    const jdoe = openBrowser(bank, shop, counter.logIn('jdoe'));
    await collectOnce(bank, jdoe, note);
    await edit(bank, jdoe, note);
    await misdirect(jdoe, openBrowser(bank, shop, counter.logIn('mallory')), note);
    const balance = bank.balance('jdoe');
    note({ title: 'after all of that', detail: `balance ${balance}`, ok: balance === 20 && bank.balance('mallory') === 0 });
  } finally {
    await Promise.all([shop.close(), bank.close()]);
  }
}

function openBrowser(bank: Bank, shop: Shop, cookie: string): Browser {
  return {
    collect: async (claim) => (await (await fetch(`${shop.origin}/claims/${claim}`)).json()) as SignedForm,
    relay: (fields) =>
      fetch(`${bank.origin}/relayed`, { method: 'POST', headers: { cookie }, body: new URLSearchParams(fields.map(([...pair]) => pair)) }),
  };
}

/** Credited once, however often he clicks. */
async function collectOnce(bank: Bank, jdoe: Browser, note: Tell): Promise<void> {
  const message = await jdoe.collect('prize');
  const response = await jdoe.relay(message);
  await response.text();
  note({
    title: 'a shop signs "10 gold coins for jdoe"; his browser relays',
    detail: `${response.status}, balance ${bank.balance('jdoe')}`,
    ok: response.status === 200 && bank.balance('jdoe') === 10,
  });
  await refuse(note, 'he clicks a second time', await jdoe.relay(message), 'nonce_replayed');
}

/** What was signed cannot be edited, and no value can pass for anything but a value. */
async function edit(bank: Bank, jdoe: Browser, note: Tell): Promise<void> {
  const message = await jdoe.collect('prize');
  const edited = (name: string, value: string) => jdoe.relay(message.map((pair) => (pair[0] === name ? [name, value] : pair)));
  await refuse(note, 'he edits the amount', await edited('amount', '10000'), 'signature_mismatch');
  await refuse(note, `he edits the currency: ${SEPARATORS}`, await edited('currency', SEPARATORS), 'signature_mismatch');
  const response = await jdoe.relay(await jdoe.collect('noted'));
  const receipt = (await response.json()) as { credited: number; note: string };
  note({
    title: 'the same text in a note that the shop signed stays a note',
    detail: `${response.status}, balance ${bank.balance('jdoe')}`,
    ok: receipt.credited === 10 && receipt.note === SEPARATORS && bank.balance('jdoe') === 20,
  });
}

/** A message counts for whom and where it was signed for. */
async function misdirect(jdoe: Browser, mallory: Browser, note: Tell): Promise<void> {
  await refuse(note, 'mallory relays his message in her own session', await mallory.relay(await jdoe.collect('prize')), 'subject_mismatch');
  await refuse(note, 'he relays a message for another bank', await jdoe.relay(await jdoe.collect('abroad')), 'audience_mismatch');
}

async function refuse(note: Tell, title: string, response: Response, expected: string): Promise<void> {
  const refusal = await parseRefusal(response);
  note({ title, detail: `${response.status} ${refusal?.code}`, ok: refusal?.code === expected });
}
