/**
 * How keys, states, times and durations are called on the pages.
 *
 * @module
 */

import { type ApiKey, type KeyKind, type KeyState, stateOf } from '../../api-key/store/record.ts';
import { type Html, html } from '../html.ts';

/** What a kind of keys is called, and what it is. */
export const KIND_WORDS: Readonly<Record<KeyKind, readonly [name: string, meaning: string]>> = {
  hmac: ['Key ID and secret', 'Your programs sign every request with the secret, and never send it.'],
  ed25519: [
    'Key pair made in this browser',
    'The private half never leaves this browser; we only get the public one. For pages of this site, not for servers.',
  ],
  bearer: ['Bearer key', 'One text that is sent along with every request. Simple, but whoever reads it can use it.'],
};

/** What a state is called, and what follows from it. */
export const STATE_WORDS: Readonly<Record<KeyState, readonly [name: string, meaning: string]>> = {
  active: ['Active', 'Requests with it are accepted.'],
  pending: ['Pending', 'Requests with it are not accepted before it is enabled.'],
  scheduled: ['Scheduled', 'Its time has not come yet.'],
  disabled: ['Disabled', 'Requests with it are refused until it is enabled again.'],
  rotated_out: ['Rotated out', 'Its successor has taken over.'],
  expired: ['Expired', 'Its time is over.'],
  revoked: ['Revoked', 'It has ended, for ever.'],
};

/** A state, as a mark. */
export function stateMark(key: ApiKey, now: number): Html {
  const state = stateOf(key, now);
  return html`<span class="state" data-state="${state}">${STATE_WORDS[state][0]}</span>`;
}

/** What a key is called: its name, else its keyid. */
export function nameOf({ name, keyid }: Pick<ApiKey, 'name' | 'keyid'>): string {
  return name === '' ? keyid : name;
}

const EXACT = [
  [365 * 86_400, 'year'],
  [7 * 86_400, 'week'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const;

/** A duration in words, in the longest unit of which it is a whole number. */
export function durationWords(seconds: number): string {
  const [length, name] = EXACT.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 'second'];
  return countWords(seconds / length, name);
}

/** A number of things: `1 key`, `2 keys`. */
function countWords(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A time as it is written, and how far it is from now. Of times that no calendar has, the number. */
export function timeWords(at: number, now: number): Html {
  return written(at, now, (iso, day) => `${day}, ${iso.slice(11, 16)} UTC`);
}

/** Writes a time down. */
export type WriteTime = (at: number, now: number) => Html;

/** The same, to the day: for lists. */
export function dayWords(at: number, now: number): Html {
  return written(at, now, (_, day) => day);
}

function written(at: number, now: number, write: (iso: string, day: string) => string): Html {
  const date = new Date(at * 1000);
  if (Number.isNaN(date.getTime())) return html`${at}`;
  const iso = date.toISOString();
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return html`<time datetime="${iso}">${write(iso, day)}</time> <span class="soft">${distanceWords(at - now)}</span>`;
}

const ABOUT = [
  [365 * 86_400, 'year'],
  [86_400, 'day'],
  [3600, 'hour'],
] as const;

function distanceWords(seconds: number): string {
  const away = Math.abs(seconds);
  if (away < 60) return '(now)';
  const [length, name] = ABOUT.find(([unit]) => away >= 2 * unit) ?? [60, 'minute'];
  const words = countWords(Math.round(away / length), name);
  return seconds < 0 ? `(${words} ago)` : `(in ${words})`;
}
