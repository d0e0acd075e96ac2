/**
 * One request to the portal, and what is known about it.
 *
 * @module
 */

import type { ApiKey } from '../api-key/store/record.ts';
import type { Form } from './form.ts';
import type { PortalSetup, Viewer } from './options.ts';
import { notFound } from './page-error.ts';

/** A request of somebody who is known. */
export interface Call {
  readonly setup: PortalSetup;
  readonly user: Viewer;
  /** The query of the address. */
  readonly query: URLSearchParams;
  /** The key that the address names; `''` if it names none. */
  readonly keyid: string;
  /** Whole seconds since the epoch, once for the whole answer. */
  readonly now: number;
  /** A token for a form. */
  token(purpose: string): Promise<string>;
}

/** A form of somebody who is known, whose token was checked. */
export interface SentCall extends Call {
  readonly form: Form;
  /** The name of the form: the same when it is sent again. */
  readonly formName: string;
}

/** A key as its reader may see it. @throws {PageError} 404, also if it is somebody else's. */
export async function requireKey({ setup, user, keyid }: Call): Promise<ApiKey> {
  const key = /^[ -~]{1,256}$/.test(keyid) ? await setup.apiKeys.get(keyid) : undefined;
  if (key === undefined || !(user.staff || isOwnKey(key, user))) throw notFound();
  return key;
}

/** A key of the reader's own: what only an owner may do. @throws {PageError} 404 */
export async function requireOwnKey(call: Call): Promise<ApiKey> {
  const key = await requireKey(call);
  if (!isOwnKey(key, call.user)) throw notFound();
  return key;
}

/** Whether a key is the reader's own. */
export function isOwnKey(key: Pick<ApiKey, 'owner' | 'tenant'>, user: Viewer): boolean {
  return key.owner === user.owner && key.tenant === user.tenant;
}
