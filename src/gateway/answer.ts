/**
 * What a gateway is answered, in a form that it can carry to the client.
 *
 * @module
 */

import { INTERNAL } from '../adapter/shared/node-response.ts';
import type { Problem } from '../errors.ts';
import type { ProfileFacts } from './profiles.ts';

/** An answer to a gateway. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The answer of a refusal. */
export function ofProblem({ status, headers, body }: Problem): Answer {
  return { status, headers, body };
}

/** The answer to an error of ours. */
export function unhandled(): Answer {
  return ofProblem(INTERNAL);
}

/** The answer that an application makes. @throws {TypeError} If it is no refusal: the gateway would let the request through. */
export async function ofResponse(response: Response): Promise<Answer> {
  const { status } = response;
  if (!(status >= 400 && status <= 599)) throw new TypeError('refuse must answer a Response with a status from 400 to 599, or undefined');
  return { status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

/** What fits into a field of a gateway's buffers. */
const MOST_IN_FIELD = 3000;

/**
 * The answer as the gateway carries it. A gateway that knows few statuses is answered 403, and finds in fields what the client is to be told:
 * the status as `x-verify-status`, and what would be the body as `x-verify-problem`.
 */
export function carried(answer: Answer, { carries }: ProfileFacts): Answer {
  const { status, body } = answer;
  const headers = { ...answer.headers, 'x-verify-status': String(status) };
  if (carries === undefined || status < 400) return { ...answer, headers };
  const problem = /json/.test(answer.headers['content-type'] ?? '') ? fieldText(body ?? '') : undefined;
  return {
    status: carries.includes(status) ? status : 403,
    headers: problem === undefined ? headers : { ...headers, 'x-verify-problem': problem },
    body,
  };
}

/** JSON in ASCII says the same. What is no single line of it is left out, and so is what is too long. */
function fieldText(text: string): string | undefined {
  const ascii = text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return /^[ -~]+$/.test(ascii) && ascii.length <= MOST_IN_FIELD ? ascii : undefined;
}
