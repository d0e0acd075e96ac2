/**
 * What servers and relay of the cross matrix say to each other. Nothing of the package in here: the rig reads it too.
 *
 * @module
 */

import { hex, utf8 } from './engine.ts';

/** An answer as plain data: each runtime makes a response of it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** The header in which an answer says `ok` or the code of the refusal. */
export const VERDICT = 'x-verdict';

/** The header in which an answer says what was verified, so that a relay can compare it with what was sent. */
export const SEEN = 'x-seen';

/** What every answer has. */
export const SHARED: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': `${VERDICT}, ${SEEN}`,
  'cache-control': 'no-store',
};

/** What a preflight is answered: pages of any origin may send anything. `undefined` if the request is none. */
export function preflightAnswer(method: string, field: (name: string) => string | null | undefined): Answer | undefined {
  const wanted = field('access-control-request-method');
  if (method !== 'OPTIONS' || !wanted) return undefined;
  const headers = {
    ...SHARED,
    'access-control-allow-methods': wanted,
    'access-control-allow-headers': field('access-control-request-headers') ?? '',
  };
  return { status: 204, headers };
}

/** What was seen, as one ASCII text. The relay makes the same of what it passed on. */
export function seenText(method: string, target: string, bytes: Uint8Array): string {
  return `${method} ${target} ${bytes.length} ${checksum(bytes)}`;
}

/** FNV-1a: enough to tell two test bodies apart, and in every engine. */
function checksum(bytes: Uint8Array): string {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return hex(utf8(String(sum >>> 0)));
}
