/**
 * What a portal is made of: the options of `createKeyPortal`, read and checked.
 *
 * @module
 */

import type { ApiKeys } from '../api-key/api-keys.ts';
import { readText } from '../api-key/details.ts';
import type { KeyKind } from '../api-key/store/record.ts';
import { secretBytes } from '../crypto/hmac/secret.ts';
import { type RandomBytes, systemRandomBytes } from '../crypto/random.ts';
import { assertFlag, assertFunction, assertInteger, assertObject, assertText } from '../internal/assert.ts';
import type { Awaitable } from '../internal/awaitable.ts';
import { type OptionNames, readOptions } from '../internal/options.ts';
import { clockOf } from '../runtime/time.ts';

/** Who looks at the portal, as the provider's own log-in says. */
export interface PortalUser {
  /** The owner of his keys: who he is in `apiKeys`; 1 to 256 characters. */
  readonly owner: string;
  /** Whose customer he is; default `''`. */
  readonly tenant?: string | undefined;
  /** Whether he is of the provider's staff: he sees all keys, whoever owns them, and the audit. Default: false. */
  readonly staff?: boolean | undefined;
  /** What the page calls him. Default: `owner`. */
  readonly name?: string | undefined;
  /** What names his session, so that a form of one session is none of another. Default: `''`. */
  readonly session?: string | undefined;
}

/** A scope that developers may ask for. */
export interface PortalScope {
  /** As it stands in the key. */
  readonly scope: string;
  /** What it is for, in a few words. */
  readonly description?: string | undefined;
}

/** The request that a new developer makes first. */
export interface FirstRequest {
  /** Where to: an absolute URL, percent-encoded. */
  readonly url: string;
  /** The method. Default: `POST` with a body, else `GET`. */
  readonly method?: string | undefined;
  /** The content, as text. Default: none. */
  readonly body?: string | undefined;
  /** The type of the content. Default: `application/json`. */
  readonly contentType?: string | undefined;
}

/** What `createKeyPortal` takes. Durations are whole seconds. */
export interface KeyPortalOptions {
  /** The keys: `createApiKeys(…)`. */
  readonly apiKeys: ApiKeys;
  /**
   * Who asks, by the provider's own log-in. `undefined`: nobody who is known, which is answered 401; a `Response` (a redirect to the log-in) is
   * answered as it is. It must not read the body. What it throws is answered 503, and told to `onError`.
   */
  readonly authenticate: (request: Request) => Awaitable<PortalUser | Response | undefined>;
  /** Signs the forms: at least 32 random bytes, the same in every process. `generateSecret()` makes one. */
  readonly formSecret: string | Uint8Array;
  /** Where the portal is mounted, as browsers see it: `/keys`. Default: `''`, the whole origin. */
  readonly basePath?: string | undefined;
  /** The origin that browsers see, where the request does not have it: behind a proxy. Default: that of the request. */
  readonly origin?: string | undefined;
  /** What may be asked for, the first preselected. Default: `['hmac', 'ed25519']`. */
  readonly kinds?: readonly KeyKind[] | undefined;
  /** The scopes to choose from, or what answers them for a user. Default: none. */
  readonly scopes?: readonly PortalScope[] | ((user: PortalUser) => Awaitable<readonly PortalScope[]>) | undefined;
  /** How long a key may live, the first preselected; `undefined` in it: until it is revoked. Default: 90 days, a year, until it is revoked. */
  readonly lifetimes?: readonly (number | undefined)[] | undefined;
  /** How long both keys may count after a rotation, the first preselected. Default: a day, an hour, a week, 0. */
  readonly overlaps?: readonly number[] | undefined;
  /** The request that new keys are shown with, in curl, JavaScript and Python. Default: none is shown. */
  readonly firstRequest?: FirstRequest | undefined;
  /** The heading of every page. Default: `API keys`. */
  readonly title?: string | undefined;
  /** A style sheet of this origin, after the portal's own: `/brand.css`. Default: none. */
  readonly stylesheet?: string | undefined;
  /** Where “Log out” leads. Default: there is no such link. */
  readonly logOut?: string | undefined;
  /** Told of what is answered with 503: what the store or `authenticate` threw. Default: `console.error`. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
  /** The time in whole seconds since the epoch; default: the system's. */
  readonly now?: (() => number) | undefined;
  /** Where the names of forms come from. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes | undefined;
}

const NAMES: OptionNames<KeyPortalOptions> = {
  apiKeys: true,
  authenticate: true,
  formSecret: true,
  basePath: true,
  origin: true,
  kinds: true,
  scopes: true,
  lifetimes: true,
  overlaps: true,
  firstRequest: true,
  title: true,
  stylesheet: true,
  logOut: true,
  onError: true,
  now: true,
  randomBytes: true,
};

/** The options, checked, with their defaults. */
export interface PortalSetup {
  readonly apiKeys: ApiKeys;
  readonly authenticate: KeyPortalOptions['authenticate'];
  readonly formSecret: Uint8Array;
  readonly basePath: string;
  readonly origin: string | undefined;
  readonly kinds: readonly KeyKind[];
  readonly scopes: (user: Viewer) => Awaitable<readonly PortalScope[]>;
  readonly lifetimes: readonly (number | undefined)[];
  readonly overlaps: readonly number[];
  readonly firstRequest: ReadFirstRequest | undefined;
  readonly title: string;
  readonly stylesheet: string | undefined;
  readonly logOut: string | undefined;
  readonly onError: (error: unknown) => unknown;
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/** A first request, with its defaults. */
export type ReadFirstRequest = { readonly [Name in keyof FirstRequest]-?: string };

/** A user, read. */
export interface Viewer {
  readonly owner: string;
  readonly tenant: string;
  readonly staff: boolean;
  readonly name: string;
  readonly session: string;
}

const DAY = 86_400;

const KINDS: readonly KeyKind[] = ['hmac', 'ed25519', 'bearer'];

/** Reads the options. @throws {TypeError | RangeError} If one is missing, unknown or unusable. */
export function readPortalOptions(options: KeyPortalOptions): PortalSetup {
  const read = readOptions(options, NAMES, {
    elsewhere: { secret: 'formSecret', prefix: 'createApiKeys', staff: 'what authenticate answers' },
  });
  const { apiKeys, authenticate, basePath = '', kinds = KINDS.slice(0, 2), scopes = [], title = 'API keys', onError = logError } = read;
  const { lifetimes = [90 * DAY, 365 * DAY, undefined], overlaps = [DAY, 3600, 7 * DAY, 0], randomBytes = systemRandomBytes } = read;
  requireApiKeys(apiKeys);
  assertFunction(authenticate, 'authenticate');
  assertFunction(onError, 'onError');
  assertFunction(randomBytes, 'randomBytes');
  assertText(title, 'title');
  requireKinds(kinds);
  requireDurations(lifetimes, 'lifetimes', 1);
  requireDurations(overlaps, 'overlaps', 0);
  if (typeof scopes !== 'function') requireScopes(scopes);
  return {
    apiKeys,
    authenticate,
    formSecret: secretBytes(read.formSecret, {}),
    basePath: readBasePath(basePath),
    origin: readOrigin(read.origin),
    kinds: [...kinds],
    scopes: typeof scopes === 'function' ? async (user) => requireScopes(await scopes(user)) : () => scopes,
    lifetimes: [...lifetimes],
    overlaps: [...overlaps],
    firstRequest: read.firstRequest && readFirstRequest(read.firstRequest),
    title,
    stylesheet: readLink(read.stylesheet, 'stylesheet'),
    logOut: readLink(read.logOut, 'logOut'),
    onError,
    now: clockOf(read.now),
    randomBytes,
  };
}

const USER: OptionNames<PortalUser> = { owner: true, tenant: true, staff: true, name: true, session: true };

/** Who asks, as `authenticate` said. @throws {TypeError | RangeError} If it said something else. */
export function readUser(user: PortalUser): Viewer {
  const read = readOptions(user, USER, { name: 'what authenticate answered', elsewhere: { id: 'owner', admin: 'staff' } });
  const { tenant = '', staff = false, session = '' } = read;
  assertFlag(staff, 'staff');
  if (typeof session !== 'string') throw new TypeError('session must be a string');
  const owner = readText(read.owner, 'owner');
  return { owner, tenant: readText(tenant, 'tenant', 0), staff, name: readText(read.name ?? owner, 'name'), session };
}

function requireApiKeys(apiKeys: unknown): asserts apiKeys is ApiKeys {
  assertObject(apiKeys, 'apiKeys');
  for (const name of ['issue', 'get', 'list', 'events', 'rotate', 'revoke'] as const)
    assertFunction((apiKeys as Partial<ApiKeys>)[name], `apiKeys.${name}`);
}

function requireKinds(kinds: readonly KeyKind[]): void {
  if (!Array.isArray(kinds) || kinds.length === 0 || !kinds.every((kind) => KINDS.includes(kind)))
    throw new TypeError(`kinds must be a list of ${KINDS.join(', ')}`);
}

function requireDurations(durations: readonly (number | undefined)[], name: string, min: number): void {
  if (!Array.isArray(durations) || durations.length === 0) throw new TypeError(`${name} must be a list of seconds`);
  for (const seconds of durations) if (seconds !== undefined || min === 0) assertInteger(seconds, name, min, 3650 * DAY);
}

const SCOPE: OptionNames<PortalScope> = { scope: true, description: true };

function requireScopes(scopes: readonly PortalScope[]): readonly PortalScope[] {
  if (!Array.isArray(scopes)) throw new TypeError('scopes must be a list of { scope, description }');
  for (const given of scopes as readonly PortalScope[]) assertText(readOptions(given, SCOPE, { name: 'scopes' }).scope, 'scope');
  return scopes;
}

function readBasePath(path: string): string {
  if (typeof path !== 'string') throw new TypeError('basePath must be a string');
  if (path === '/') return '';
  if (!/^(?:\/[\w.~-]+)*$/.test(path)) throw new RangeError("basePath must be '' or like /keys, without a / at its end");
  return path;
}

function readOrigin(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  assertText(origin, 'origin');
  if (!/^https?:\/\/[\w.:[\]-]+$/.test(origin)) throw new RangeError('origin must be like https://bank.example');
  return origin;
}

function readLink(link: string | undefined, name: string): string | undefined {
  if (link === undefined) return undefined;
  assertText(link, name);
  if (!/^\/(?!\/)/.test(link)) throw new RangeError(`${name} must be a path of this origin`);
  return link;
}

const FIRST: OptionNames<FirstRequest> = { url: true, method: true, body: true, contentType: true };

function readFirstRequest(given: FirstRequest): ReadFirstRequest {
  const {
    url,
    body = '',
    method = body === '' ? 'GET' : 'POST',
    contentType = 'application/json',
  } = readOptions(given, FIRST, {
    name: 'firstRequest',
  });
  assertText(url, 'firstRequest.url');
  // What no parser on the way writes anew: it is signed as it stands.
  if (!/^https?:\/\/[A-Za-z0-9._:-]+(?:[/?](?:[A-Za-z0-9._~!$&()*+,;=:@/?-]|%[0-9A-F]{2})*)?$/.test(url))
    throw new RangeError('firstRequest.url must be an absolute URL of http or https, percent-encoded');
  if (typeof body !== 'string') throw new TypeError('firstRequest.body must be a string');
  if (!/^[A-Z]+$/.test(method)) throw new RangeError('firstRequest.method must be in capitals');
  if (!/^[ -~]+$/.test(contentType)) throw new RangeError('firstRequest.contentType must be printable ASCII');
  return { url, body, method, contentType };
}

function logError(error: unknown): void {
  console.error('countersign: a page of the portal was answered with 503', error);
}
