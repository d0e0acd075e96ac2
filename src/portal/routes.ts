/**
 * The table of the portal's pages and forms.
 *
 * @module
 */

import { disableKey, enableKey, revokeKey, rotateKey, rotateKeyTo, saveEnv, showKey } from './actions/change-key.ts';
import { showMyKeys } from './actions/my-keys.ts';
import { challengeOf, enrolKey, requestKey, showForm } from './actions/new-key.ts';
import { purposes } from './actions/purposes.ts';
import { findKeys, showAllKeys, showAudit } from './actions/staff.ts';
import type { Call, SentCall } from './call.ts';
import type { Form } from './form.ts';

/** A page, or a form that is sent. */
export interface Route {
  /** Below where the portal is mounted; `:keyid` is one part of a path, percent-encoded. */
  readonly path: string;
  /** Whether it is there for staff only. */
  readonly staff?: true;
  /** Answers GET. */
  show?(call: Call): Promise<Response>;
  /** Answers POST. */
  send?(call: SentCall): Promise<Response>;
  /** What the token of the form must be for. */
  purpose?(keyid: string, form: Form): string;
}

/** Every path there is. */
export const routes: readonly Route[] = [
  { path: '/', show: showMyKeys },
  { path: '/new', show: showForm, send: requestKey, purpose: () => purposes.newKey },
  { path: '/enrol', send: enrolKey, purpose: (_, form) => purposes.enrol(challengeOf(form)) },
  { path: '/env', send: saveEnv, purpose: () => purposes.env },
  { path: '/key/:keyid', show: showKey },
  { path: '/key/:keyid/rotate', send: rotateKey, purpose: (keyid) => purposes.key(keyid) },
  {
    path: '/key/:keyid/rotate-to',
    send: rotateKeyTo,
    purpose: (keyid, form) => purposes.rotateTo(keyid, challengeOf(form)),
  },
  { path: '/key/:keyid/disable', send: disableKey, purpose: (keyid) => purposes.key(keyid) },
  { path: '/key/:keyid/enable', send: enableKey, purpose: (keyid) => purposes.key(keyid) },
  { path: '/key/:keyid/revoke', send: revokeKey, purpose: (keyid) => purposes.key(keyid) },
  { path: '/all', staff: true, show: showAllKeys, send: findKeys, purpose: () => purposes.search },
  { path: '/audit', staff: true, show: showAudit },
];

/** A route, and what the path says besides. */
export interface Match {
  readonly route: Route;
  readonly keyid: string;
}

/** The route of a path below the mount; `undefined` if there is none. */
export function matchRoute(path: string): Match | undefined {
  const parts = path === '' ? ['', ''] : path.split('/');
  for (const route of routes) {
    const keyid = matchParts(route.path.split('/'), parts);
    if (keyid !== undefined) return { route, keyid };
  }
  return undefined;
}

/** The keyid of a path, `''` if it has none; `undefined` if it is not of this pattern. */
function matchParts(pattern: readonly string[], parts: readonly string[]): string | undefined {
  if (pattern.length !== parts.length) return undefined;
  let keyid: string | undefined = '';
  for (const [index, part] of pattern.entries()) {
    if (part === ':keyid') keyid = decode(parts[index]!);
    else if (part !== parts[index]) return undefined;
    if (keyid === undefined) return undefined;
  }
  return keyid;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part) || undefined;
  } catch {
    return undefined;
  }
}
