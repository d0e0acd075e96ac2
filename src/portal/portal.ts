/**
 * The portal: a page where developers request, rotate and revoke their keys, and where the provider's staff sees all of them. A function of a
 * request, for whatever framework.
 *
 * In this order: files; who asks; is there such a page; does a form come from one of our pages; then what was asked for. What goes wrong is a
 * page too.
 *
 * @module
 */

import { type ApiKeyErrorCode, isApiKeyError } from '../api-key/api-key-error.ts';
import { notify } from '../runtime/notify.ts';
import { pageAnswer } from './answer.ts';
import { assetAnswer } from './assets/assets.ts';
import type { Call, SentCall } from './call.ts';
import { readForm, requireSameOrigin } from './form.ts';
import { type FormTokens, formTokens } from './form-token.ts';
import { type KeyPortalOptions, type PortalSetup, readPortalOptions, readUser, type Viewer } from './options.ts';
import { conflict, notFound, PageError } from './page-error.ts';
import { messagePage } from './pages/message.ts';
import { type Match, matchRoute } from './routes.ts';

/** Answers requests for the portal's pages. It never rejects: what goes wrong is a page with a status. */
export type KeyPortal = (request: Request) => Promise<Response>;

/**
 * Makes a portal: `app.use('/keys', nodeListener(createKeyPortal({ basePath: '/keys', … })))` in Express, `export const GET = portal, POST = portal`
 * in Next.js, `app.all('/keys/*', (c) => portal(c.req.raw))` in Hono, `export default { fetch: portal }` in a Worker.
 *
 * It does no I/O and draws no randomness before it is used.
 *
 * @throws {TypeError | RangeError} If an option is missing, unknown or unusable.
 */
export function createKeyPortal(options: KeyPortalOptions): KeyPortal {
  const setup = readPortalOptions(options);
  const tokens = formTokens(setup);
  return async (request) => {
    const answer = await answerRequest(setup, tokens, request);
    return request.method === 'HEAD' ? new Response(null, answer) : answer;
  };
}

async function answerRequest(setup: PortalSetup, tokens: FormTokens, request: Request): Promise<Response> {
  let user: Viewer | undefined;
  try {
    const url = new URL(request.url);
    const path = pathBelow(setup, url.pathname);
    const asset = assetAnswer(path, url.searchParams.get('v'));
    if (asset !== undefined) return requireMethod(request, ['GET']) && asset;
    const found = await setup.authenticate(request);
    if (found instanceof Response) return found;
    if (found === undefined || found === null) throw new PageError(401, 'Please log in', 'These pages are for who is logged in.');
    user = readUser(found);
    const match = matchRoute(path);
    if (match === undefined || (match.route.staff && !user.staff)) throw notFound();
    const now = setup.now();
    const call: Call = { setup, user, query: url.searchParams, keyid: match.keyid, now, token: (purpose) => tokens.create(user!, purpose) };
    return await answerCall(call, match, tokens, request);
  } catch (error) {
    return answerError(setup, user, error);
  }
}

/** The path below where the portal is mounted. @throws {PageError} 404 if it is not below it. */
function pathBelow({ basePath }: PortalSetup, path: string): string {
  if (path !== basePath && !path.startsWith(`${basePath}/`)) throw notFound();
  return path.slice(basePath.length);
}

/** @throws {PageError} 405 */
function requireMethod({ method }: Request, allowed: readonly string[]): true {
  if (allowed.includes(method) || (method === 'HEAD' && allowed.includes('GET'))) return true;
  const allow = allowed.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name])).join(', ');
  throw new PageError(405, 'Not like this', `This address answers ${allow}.`, { allow });
}

async function answerCall(call: Call, { route }: Match, tokens: FormTokens, request: Request): Promise<Response> {
  const { show, send, purpose } = route;
  requireMethod(request, [...(show ? ['GET'] : []), ...(send ? ['POST'] : [])]);
  if (request.method !== 'POST') return show!(call);
  requireSameOrigin(request, call.setup.origin);
  const form = await readForm(request);
  const formName = await tokens.check(form.one('token'), call.user, purpose!(call.keyid, form));
  const sent: SentCall = { ...call, form, formName };
  return send!(sent);
}

/** What goes wrong with keys through nobody's fault. */
const OF_KEYS: Partial<Record<ApiKeyErrorCode, () => PageError>> = {
  key_not_found: notFound,
  conflict,
  key_final: () => new PageError(409, 'Ended', 'The key is revoked, for ever. Request another one.'),
  keyid_taken: () => new PageError(409, 'Known already', 'This key pair is registered already.'),
  claim_used: () => new PageError(409, 'Sent before', 'Another key pair was registered with this form. Request another key.'),
  claim_expired: () => new PageError(409, 'Too old', 'This page stood open for too long. Request the key again.'),
  claim_unknown: () => new PageError(409, 'Too old', 'This page stood open for too long. Request the key again.'),
  enrolment_refused: () =>
    new PageError(422, 'Not proven', 'Your browser did not prove that it has the private half of the key pair. Open the page again.'),
};

function answerError(setup: PortalSetup, user: Viewer | undefined, error: unknown): Response {
  const { status, title, message, headers } = pageErrorOf(setup, error);
  return pageAnswer(messagePage(setup, { title, text: message, user }), status, headers);
}

/** Whatever is nobody's fault who asks is answered alike, and told to the provider alone. */
function pageErrorOf(setup: PortalSetup, error: unknown): PageError {
  if (error instanceof PageError) return error;
  const known = isApiKeyError(error) ? OF_KEYS[error.code] : undefined;
  if (known !== undefined) return known();
  notify('onError', setup.onError, error);
  return new PageError(
    503,
    'Not now',
    'The keys cannot be reached at the moment. Nothing was changed that you were not told of; try again in a minute.',
    {
      'retry-after': '60',
    },
  );
}
