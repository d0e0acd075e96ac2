/**
 * The wire between page and bank, and whoever sits on it: sends a request as it is given, in a session of any user.
 *
 * The page could send most of this itself, but a browser writes every refused answer into its console as an error, and
 * these are refused on purpose.
 */
import type { Bank } from './bank.ts';
import type { Counter } from './counter.ts';
import { readText, sendJson } from './http.ts';

/** A request as it is sent. */
export interface WireRequest {
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Whose session it is sent in; that of the page, if nobody's. */
  readonly user?: string | undefined;
}

/** The answer, whatever its status. */
export interface WireAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Opens `POST /wire`: a request in, its answer out. It leads to this bank and nowhere else. */
export function openWire(bank: Bank, counter: Counter): void {
  bank.route('POST /wire', async (request, response) => {
    const { target, headers, body, user } = JSON.parse(await readText(request)) as WireRequest;
    const url = new URL(target, bank.origin);
    if (url.origin !== bank.origin) throw new RangeError('the wire leads to the bank only');
    const cookie = user === undefined ? (request.headers.cookie ?? '') : counter.logIn(user);
    const answer = await fetch(url, { method: 'POST', headers: [...headers.map(([...line]) => line), ['cookie', cookie]], body });
    const relayed: WireAnswer = { status: answer.status, type: answer.headers.get('content-type') ?? '', body: await answer.text() };
    sendJson(response, relayed);
  });
}
