/**
 * One's own keys, listed.
 *
 * @module
 */

import type { KeyList, ListQuery } from '../../api-key/survey.ts';
import { pageAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import { PageError } from '../page-error.ts';
import { myKeysPage } from '../pages/key-list.ts';
import { noticeOf } from './notices.ts';

/** The first page. */
export async function showMyKeys(call: Call): Promise<Response> {
  const { setup, user, query, now } = call;
  const after = query.get('after') ?? '';
  const { keys, cursor } = await listKeys(call, { owner: user.owner, tenant: user.tenant }, after);
  return pageAnswer(myKeysPage(setup, { user, keys, cursor, isFirst: after === '', now, notice: noticeOf(query) }));
}

/** Keys by query, behind a place that an address names. @throws {PageError} 400 if there is no such place. */
export async function listKeys({ setup }: Call, query: ListQuery, after: string): Promise<KeyList> {
  try {
    return await setup.apiKeys.list({ ...query, limit: 50, cursor: after === '' ? undefined : after });
  } catch (error) {
    if (after !== '' && error instanceof RangeError) throw new PageError(400, 'No such page', 'The address names no place in this list.');
    throw error;
  }
}
