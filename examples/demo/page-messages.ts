/**
 * Relayed messages: the shop's backend signs, and this page, which nobody trusts, brings it to the bank.
 */
import { canonicalizeFields } from 'countersign';
import { createContentDigest } from 'countersign/http';
import type { Case } from './page-requests.ts';
import { sendByWire, sendDirectly } from './page-trial.ts';
import type { Parcel } from './wire.ts';

type Fields = readonly (readonly [name: string, value: string])[];

/** As in shop.ts, which is not for a page. */
const SEPARATORS = 'goldcoins|10&amount=10000';

/** The cases by the name of their button. */
export function messageCases(shop: string): Readonly<Record<string, Case>> {
  const collect = async (claim: string) => (await (await fetch(`${shop}/claims/${claim}`)).json()) as Fields;
  const relay = async (claim: string) => {
    const fields = await collect(claim);
    return sendDirectly(parcelOf(fields), { signed: await baseOf(fields) });
  };
  const edit = async (name: string, value: string) => {
    const fields = await collect('prize');
    const edited = fields.map((pair) => (pair[0] === name ? ([name, value] as const) : pair));
    return sendByWire(parcelOf(edited), { signed: await baseOf(fields), received: await baseOf(edited) });
  };
  const misdirect = async (claim: string, user?: string) => {
    const fields = await collect(claim);
    return sendByWire({ ...parcelOf(fields), user }, { signed: await baseOf(fields) });
  };
  return {
    relay: () => relay('prize'),
    twice: async () => {
      const fields = await collect('prize');
      const evidence = { signed: await baseOf(fields) };
      await sendDirectly(parcelOf(fields), evidence);
      return sendByWire(parcelOf(fields), evidence);
    },
    'edit-amount': () => edit('amount', '10000'),
    'edit-separators': () => edit('currency', SEPARATORS),
    separators: () => relay('noted'),
    session: () => misdirect('prize', 'mallory'),
    audience: () => misdirect('abroad'),
  };
}

/** Form fields, as hidden inputs would be sent. */
function parcelOf(fields: Fields): Parcel {
  const body = new URLSearchParams(fields.map(([...pair]) => pair)).toString();
  return { target: '/relayed', headers: [['content-type', 'application/x-www-form-urlencoded']], body };
}

/** The base of a message, from its data and its signature-input: whoever has the message can build it. */
async function baseOf(fields: Fields): Promise<string> {
  const data = fields.filter(([name]) => name !== 'signature-input' && name !== 'signature');
  const input = new Map(fields).get('signature-input') ?? '';
  const digest = await createContentDigest(new TextEncoder().encode(canonicalizeFields(data)));
  return `"content-digest": ${digest}\n"@signature-params": ${input.replace(/^sig=/, '')}`;
}
