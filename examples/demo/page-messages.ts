/**
 * Relayed messages: the shop's backend signs, and this page, which nobody trusts, brings it to the bank.
 */
import { canonicalizeFields } from 'countersign';
import { createContentDigest } from 'countersign/http';
import { type Signed, send, sendByWire } from './page-attempt.ts';
import { reach } from './page-reach.ts';
import type { Attempt } from './page-requests.ts';
import type { WireRequest } from './wire.ts';

type Fields = readonly (readonly [name: string, value: string])[];

/** As in shop.ts, which is not for a page. */
const SEPARATORS = 'goldcoins|10&amount=10000';

const FORM_TYPE = ['content-type', 'application/x-www-form-urlencoded'] as const;

/** The attempts by the name of their button; the page shows these lines as they stand here. */
export function messageAttempts(shop: string): Readonly<Record<string, Attempt>> {
  const collect = async (claim: string): Promise<Signed> => {
    const response = await reach(`${shop}/claims/${claim}`);
    const fields = (await response.json()) as Fields;
    const body = new URLSearchParams(fields.map(([...pair]) => pair)).toString();
    const request = { target: '/relayed', headers: [FORM_TYPE], body };
    return { request, base: await baseOf(body), baseWith: baseOf };
  };

  return {
    relay: async () => send(await collect('prize')),
    twice: async () => {
      const message = await collect('prize');
      await send(message);
      return sendByWire(message);
    },
    'edit-amount': async ({ edited }) => {
      const message = await collect('prize');
      return sendByWire(message, withField(message, 'amount', String(edited)));
    },
    'edit-separators': async () => {
      const message = await collect('prize');
      return sendByWire(message, withField(message, 'currency', SEPARATORS));
    },
    separators: async () => send(await collect('noted')),
    session: async () => {
      const message = await collect('prize');
      return sendByWire(message, { user: 'mallory' });
    },
    audience: async () => sendByWire(await collect('abroad')),
  };
}

function withField({ request }: Signed, name: string, value: string): Pick<WireRequest, 'body'> {
  const fields = new URLSearchParams(request.body);
  fields.set(name, value);
  return { body: fields.toString() };
}

/** The base of a message, from its data and its signature-input: whoever has the message can build it. */
async function baseOf(body: string): Promise<string> {
  const fields = new URLSearchParams(body);
  const data = [...fields].filter(([name]) => name !== 'signature-input' && name !== 'signature');
  const digest = await createContentDigest(new TextEncoder().encode(canonicalizeFields(data)));
  return `"content-digest": ${digest}\n"@signature-params": ${(fields.get('signature-input') ?? '').replace(/^sig=/, '')}`;
}
