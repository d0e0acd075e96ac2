/**
 * The bank's counter: takes messages that a customer's browser brings from a shop.
 *
 * The browser is not trusted with any of it. The shop signed what is to be credited, for whom and by which bank; the
 * bank compares the subject with the user of the session, which the browser cannot choose either.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { verifyPayload } from 'countersign/payload';
import type { Bank } from './bank.ts';
import { readText, sendJson } from './http.ts';

/** What shops sign for. */
export const TAG = 'credit-coins';

/** Who has logged in. */
export interface Counter {
  /** A session for a user: its Cookie header. How users prove who they are is not what this demo is about. */
  logIn(user: string): string;
}

/** Opens the counter: `POST /relayed`, form fields in a session. */
export function openCounter(bank: Bank): Counter {
  const sessions = new Map<string, string>();
  bank.route('POST /relayed', async (request, response) => {
    const user = sessions.get(cookieOf(request)) ?? 'nobody';
    const { payload } = await verifyPayload(new URLSearchParams(await readText(request)), {
      format: 'form',
      tag: TAG,
      audience: bank.origin,
      subject: user,
      resolveKey: bank.findKey,
      replayStore: bank.replayStore,
    });
    const credited = Number(payload['amount']);
    sendJson(response, { credited, balance: bank.credit(user, credited), note: payload['note'] });
  });
  return {
    logIn: (user) => {
      const cookie = `session=${randomUUID()}`;
      sessions.set(cookie, user);
      return cookie;
    },
  };
}

function cookieOf({ headers }: IncomingMessage): string {
  return /(?:^|; )(session=[\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
}
