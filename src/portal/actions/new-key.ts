/**
 * A key is requested: the form, read and checked, and what comes of it.
 *
 * @module
 */

import { isApiKeyError } from '../../api-key/api-key-error.ts';
import type { KeyKind } from '../../api-key/store/record.ts';
import { pageAnswer, redirect } from '../answer.ts';
import type { Call, SentCall } from '../call.ts';
import type { Form } from '../form.ts';
import type { PortalScope, PortalSetup } from '../options.ts';
import { conflict, PageError } from '../page-error.ts';
import type { Problems } from '../pages/fields.ts';
import { issuedPage } from '../pages/issued.ts';
import { keyPairPage } from '../pages/key-pair.ts';
import { FOREVER, type NewKeyValues, newKeyPage } from '../pages/new-key.ts';
import { keyPath, withQuery } from '../paths.ts';
import { enrolmentOf } from './enrolment.ts';
import { purposes } from './purposes.ts';

/** The form, empty. */
export async function showForm(call: Call): Promise<Response> {
  const { setup } = call;
  const [lifetime] = setup.lifetimes;
  const values = { name: '', kind: setup.kinds[0]!, scopes: [], lifetime: lifetime === undefined ? FOREVER : String(lifetime) };
  return answerForm(call, await setup.scopes(call.user), values, {}, 200);
}

async function answerForm(call: Call, offered: readonly PortalScope[], values: NewKeyValues, problems: Problems, status: number) {
  const token = await call.token(purposes.newKey);
  return pageAnswer(newKeyPage(call.setup, { user: call.user, token, offered, values, problems }), status);
}

/** Issues the key, and shows its secret; or leads on to the page that makes a pair. */
export async function requestKey(call: SentCall): Promise<Response> {
  const { setup, user, form } = call;
  const offered = await setup.scopes(user);
  const values = { name: form.one('name').trim(), kind: form.one('kind'), scopes: form.all('scopes'), lifetime: form.one('lifetime') };
  const problems = problemsOf(values, setup, offered);
  if (Object.keys(problems).length > 0) return answerForm(call, offered, values, problems, 422);
  const { owner, tenant } = user;
  const expiresIn = values.lifetime === FOREVER ? undefined : Number(values.lifetime);
  const key = { owner, tenant, actor: owner, name: values.name, scopes: values.scopes, expiresIn };
  const kind = values.kind as KeyKind;
  if (kind === 'ed25519') {
    // An hour is more than it takes.
    const { token: challenge } = await setup.apiKeys.createEnrolment({ ...key, tokenExpiresIn: 3600 });
    const token = await call.token(purposes.enrol(challenge));
    return pageAnswer(keyPairPage(setup, { user, token, action: `${setup.basePath}/enrol`, challenge, fields: {} }));
  }
  try {
    const idempotencyKey = `portal ${call.formName}`;
    const issued = await setup.apiKeys.issue({ ...key, kind, idempotencyKey });
    return pageAnswer(issuedPage(setup, { user, issued, token: await call.token(purposes.env), before: undefined }));
  } catch (error) {
    if (isApiKeyError(error) && error.code === 'key_exists') throw sentBefore();
    if (isApiKeyError(error) && error.code === 'limit_reached') return answerForm(call, offered, values, { '': TOO_MANY }, 409);
    throw error;
  }
}

/** What was a limit at one time is none at another: the sentence says what to do. */
const TOO_MANY = 'You have as many keys as you may. Revoke one that is not needed any more.';

function sentBefore(): PageError {
  return new PageError(
    409,
    'Sent before',
    'This form was sent before, and a key was made then. Its secret was shown on that page, once. If you have not got it, revoke that key and request another.',
  );
}

function problemsOf({ name, kind, scopes, lifetime }: NewKeyValues, setup: PortalSetup, offered: readonly PortalScope[]): Problems {
  const problems: Record<string, string> = {};
  const named = problemOfText(name, 100);
  if (named !== undefined) problems['name'] = named === 'empty' ? 'Give the key a name.' : `The name ${named}.`;
  if (!setup.kinds.some((one) => one === kind)) problems['kind'] = 'Choose what you want to get.';
  if (!scopes.every((scope) => offered.some((one) => one.scope === scope))) problems['scopes'] = 'Choose among what is offered here.';
  if (!setup.lifetimes.some((one) => (one === undefined ? FOREVER : String(one)) === lifetime))
    problems['lifetime'] = 'Choose when it ends.';
  return problems;
}

/** What is wrong with a text: `empty`, or words behind its name. */
export function problemOfText(text: string, maxLength: number): string | undefined {
  if (text === '') return 'empty';
  if (text.length > maxLength) return `is longer than ${maxLength} characters`;
  // Control characters, halves of characters, and what turns the direction of the text around it.
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text)) return 'has characters that cannot be seen';
  return undefined;
}

/** Registers the public half of a pair that the browser made. */
export async function enrolKey(call: SentCall): Promise<Response> {
  const { setup, user, form } = call;
  try {
    const key = await setup.apiKeys.acceptEnrolment(enrolmentOf(form));
    if (key.owner !== user.owner || key.tenant !== user.tenant) throw conflict();
    return redirect(withQuery(keyPath(setup, key.keyid), { done: 'registered' }));
  } catch (error) {
    if (isApiKeyError(error) && error.code === 'limit_reached') throw new PageError(409, 'Too many keys', TOO_MANY);
    throw error;
  }
}

/** The challenge of a form, for which its token is. */
export function challengeOf(form: Form): string {
  return form.one('challenge');
}
