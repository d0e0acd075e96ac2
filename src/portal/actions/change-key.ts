/**
 * One key: shown, rotated, disabled, enabled, revoked.
 *
 * @module
 */

import { isApiKeyError } from '../../api-key/api-key-error.ts';
import { requireProof } from '../../api-key/claim/enrolments.ts';
import { parseKey } from '../../api-key/credential/format.ts';
import { type ApiKey, stateOf } from '../../api-key/store/record.ts';
import { drawBytes } from '../../crypto/random.ts';
import { toBase64url } from '../../internal/base64.ts';
import { download, pageAnswer, redirect } from '../answer.ts';
import { type Call, isOwnKey, requireKey, requireOwnKey, type SentCall } from '../call.ts';
import { conflict, PageError } from '../page-error.ts';
import type { Problems } from '../pages/fields.ts';
import { envName } from '../pages/first-request.ts';
import { issuedPage } from '../pages/issued.ts';
import { isEnabledByOwner, keyPage } from '../pages/key.ts';
import { keyPairPage } from '../pages/key-pair.ts';
import { durationWords } from '../pages/words.ts';
import { keyPath, withQuery } from '../paths.ts';
import { enrolmentOf } from './enrolment.ts';
import { problemOfText } from './new-key.ts';
import { noticeOf } from './notices.ts';
import { purposes } from './purposes.ts';

/** The page of a key. */
export async function showKey(call: Call): Promise<Response> {
  return answerKey(call, await requireKey(call), 200, {}, '', noticeOf(call.query));
}

async function answerKey(call: Call, key: ApiKey, status: number, problems: Problems, reason = '', notice?: string): Promise<Response> {
  const { setup, user, now } = call;
  const events = await setup.apiKeys.events({ keyid: key.keyid, limit: 1000 });
  const token = await call.token(purposes.key(key.keyid));
  return pageAnswer(keyPage(setup, { user, key, events, token, now, notice, problems, reason }), status);
}

/** The revision of the key as the page showed it. @throws {PageError} 409 if it is none. */
function revisionOf({ form }: SentCall): number {
  const text = form.one('revision');
  if (!/^\d{1,15}$/.test(text)) throw conflict();
  return Number(text);
}

/** Who does it, for the audit. */
function actorOf(key: ApiKey, { user }: Call): string {
  return isOwnKey(key, user) ? user.owner : `${user.owner.slice(0, 240)} (staff)`;
}

/** A key that has no successor yet, and counts: a rotation brings no key to life. */
async function requireRotatable(call: Call): Promise<ApiKey> {
  const key = await requireOwnKey(call);
  if (key.replacedBy !== undefined || stateOf(key, call.now) !== 'active') throw conflict();
  return key;
}

/** A successor: with a secret, which is shown; or a pair, which a page makes. */
export async function rotateKey(call: SentCall): Promise<Response> {
  const { setup, user, form } = call;
  const key = await requireRotatable(call);
  const overlap = setup.overlaps.find((seconds) => String(seconds) === form.one('overlap'));
  if (overlap === undefined) return answerKey(call, key, 422, { overlap: 'Choose for how long both shall count.' });
  if (key.kind === 'ed25519') return showPairPage(call, key, overlap);
  try {
    const issued = await setup.apiKeys.rotate(key.keyid, { overlap, ifRevision: revisionOf(call), actor: user.owner });
    return pageAnswer(issuedPage(setup, { user, issued, token: await call.token(purposes.env), before: succession(key, overlap) }));
  } catch (error) {
    if (isTooLong(error)) return answerKey(call, key, 422, { overlap: TOO_LONG });
    throw error;
  }
}

const TOO_LONG = 'The key ends by itself before that: choose a shorter time.';

const isTooLong = (error: unknown): boolean => isApiKeyError(error) && error.code === 'overlap_too_long';

function succession({ keyid }: ApiKey, overlap: number): string {
  return overlap === 0
    ? `The key before it, ${keyid}, has ended.`
    : `The key before it, ${keyid}, counts for ${durationWords(overlap)} more. Bring this one to your programs meanwhile.`;
}

async function showPairPage(call: SentCall, key: ApiKey, overlap: number): Promise<Response> {
  const { setup, user } = call;
  const challenge = toBase64url(drawBytes(setup.randomBytes, 32));
  const token = await call.token(purposes.rotateTo(key.keyid, challenge));
  const fields = { overlap: String(overlap), revision: String(revisionOf(call)) };
  return pageAnswer(keyPairPage(setup, { user, token, action: keyPath(setup, key.keyid, 'rotate-to'), challenge, fields }));
}

/** A successor that the browser made. */
export async function rotateKeyTo(call: SentCall): Promise<Response> {
  const { setup, user, form } = call;
  const before = await requireRotatable(call);
  const overlap = setup.overlaps.find((seconds) => String(seconds) === form.one('overlap'));
  if (overlap === undefined || before.kind !== 'ed25519') throw conflict();
  const { key } = await requireProof(enrolmentOf(form));
  try {
    const next = await setup.apiKeys.rotateTo(before.keyid, key, { overlap, ifRevision: revisionOf(call), actor: user.owner });
    return redirect(withQuery(keyPath(setup, next.keyid), { done: 'registered' }));
  } catch (error) {
    if (isTooLong(error)) throw new PageError(422, 'Too long', TOO_LONG);
    throw error;
  }
}

/** Stops a key until it is enabled. */
export async function disableKey(call: SentCall): Promise<Response> {
  const key = await requireKey(call);
  await call.setup.apiKeys.disable(key.keyid, { ifRevision: revisionOf(call), actor: actorOf(key, call) });
  return redirect(withQuery(keyPath(call.setup, key.keyid), { done: 'disabled' }));
}

/** Lets a key count. Its owner enables what he disabled himself, and nothing that waits for the provider or was stopped by him. */
export async function enableKey(call: SentCall): Promise<Response> {
  const key = await requireKey(call);
  if (!(await mayEnable(call, key)))
    throw new PageError(403, 'Not yours to enable', 'This key was stopped by the provider, or waits for him. Ask there.');
  await call.setup.apiKeys.enable(key.keyid, { ifRevision: revisionOf(call), actor: actorOf(key, call) });
  return redirect(withQuery(keyPath(call.setup, key.keyid), { done: 'enabled' }));
}

async function mayEnable(call: Call, key: ApiKey): Promise<boolean> {
  return call.user.staff || isEnabledByOwner(key, await call.setup.apiKeys.events({ keyid: key.keyid, limit: 1000 }));
}

/** Ends a key for ever. */
export async function revokeKey(call: SentCall): Promise<Response> {
  const key = await requireKey(call);
  const reason = call.form.one('reason').trim();
  const problems: Record<string, string> = {};
  const wrong = problemOfText(reason, 200);
  if (wrong !== undefined) problems['reason'] = wrong === 'empty' ? 'Say why, in a few words.' : `The reason ${wrong}.`;
  if (call.form.one('sure') !== 'yes') problems['sure'] = 'Tick this, to be sure.';
  if (Object.keys(problems).length > 0) return answerKey(call, key, 422, problems, reason);
  await call.setup.apiKeys.revoke(key.keyid, { reason, ifRevision: revisionOf(call), actor: actorOf(key, call) });
  return redirect(withQuery(keyPath(call.setup, key.keyid), { done: 'revoked' }));
}

/** A key and its secret as a file: the browser sends back what the page showed it, and nothing is looked up but whose key it is. */
export async function saveEnv(call: SentCall): Promise<Response> {
  const secret = call.form.one('secret');
  const keyid = call.form.one('keyid');
  if (parseKey(secret)?.keyid !== keyid) throw new PageError(400, 'Not a key', 'What was sent is none of our keys.');
  await requireOwnKey({ ...call, keyid });
  return download(`COUNTERSIGN_KEYID=${keyid}\nCOUNTERSIGN_SECRET=${secret}\n`, envName(keyid));
}
