/**
 * Who we are: the hosts that clients address. A signature for somebody else is not for us.
 *
 * @see RFC 9421, sections 2.2.3 and 7.2.5
 * @module
 */

import { VerificationError } from '../errors.ts';
import { assertFlag } from '../internal/assert.ts';
import { type Awaitable, andThen } from '../internal/awaitable.ts';
import { normalizeAuthority } from '../rfc9421/derive.ts';
import type { RequestMessage } from '../rfc9421/message.ts';
import { ask } from './ask.ts';
import { asRefusal } from './refusal.ts';

/** One host, several, or a function that knows the hosts of tenants; each with its port unless it is the scheme's own. */
export type Authority = string | readonly string[] | ((host: string) => Awaitable<boolean>);

/** Exactly one of the two must be given. */
export type AuthorityOptions =
  | {
      /**
       * Who we are, as clients write it: `bank.example`, `localhost:8080`; several; or a function of the host that arrived (lower case, A-labels,
       * without the scheme's default port), for tenants' own domains. A signature for somebody else is not for us.
       */
      readonly authority: Authority;
      readonly insecurelyTrustHost?: false | undefined;
    }
  | {
      readonly authority?: undefined;
      /** Takes whatever Host says: a signature made for another host, relayed here, then counts. */
      readonly insecurelyTrustHost: true;
    };

/** The scheme that clients use, where a proxy ends TLS. */
export type Scheme = 'https' | 'http';

/** Throws unless a message is for us. */
export type CheckAuthority = (message: Pick<RequestMessage, 'authority' | 'scheme'>) => Awaitable<void>;

/**
 * Makes the check of these options.
 *
 * @throws {TypeError} If there is no authority, or one is no host.
 */
export function readAuthority(options: AuthorityOptions, timeout: number): CheckAuthority {
  const { authority, insecurelyTrustHost = false } = options as { authority?: Authority; insecurelyTrustHost?: boolean };
  assertFlag(insecurelyTrustHost, 'insecurelyTrustHost');
  if (authority === undefined) {
    if (insecurelyTrustHost) return () => undefined;
    throw new TypeError('authority is required: the host that clients address, or several');
  }
  if (insecurelyTrustHost) throw new TypeError('authority and insecurelyTrustHost exclude each other');
  return typeof authority === 'function' ? askFor(authority, timeout) : compareWith(authority);
}

function askFor(isOurs: (host: string) => Awaitable<boolean>, timeout: number): CheckAuthority {
  return (message) => {
    const host = hostOf(message);
    return andThen(
      ask('the authority', timeout, () => isOurs(host)),
      // Only `true` counts.
      (ours) => (ours === true ? undefined : forbid(message)),
    );
  };
}

function compareWith(authority: string | readonly string[]): CheckAuthority {
  const names = typeof authority === 'string' ? [authority] : authority;
  if (!Array.isArray(names) || names.length === 0) throw notHosts();
  const hosts = new Map(['https', 'http'].map((scheme) => [scheme, new Set(names.map((name) => ownHost(name, scheme)))] as const));
  return (message) => {
    if (!hosts.get(message.scheme)?.has(hostOf(message))) forbid(message, names);
  };
}

/** The host that arrived. A trailing dot is the same host (RFC 1034, section 3.1). */
function hostOf({ authority, scheme }: Pick<RequestMessage, 'authority' | 'scheme'>): string {
  return withoutDot(asRefusal(() => normalizeAuthority(authority, scheme)));
}

function withoutDot(host: string): string {
  return host.replace(/\.(?=:\d+$|$)/, '');
}

function forbid({ authority, scheme }: Pick<RequestMessage, 'authority' | 'scheme'>, names?: readonly string[]): never {
  const ours = names?.join(', ');
  const hint = names === undefined ? '' : schemeHint(authority, scheme, names);
  throw new VerificationError('authority_forbidden', `the message is for ${quoteHost(authority)} over ${scheme}${hint}`, {
    logDetail: ours === undefined ? 'the authority function does not know that host' : `authority is ${ours}`,
  });
}

/** A proxy that ends TLS makes `:443` arrive over http, or the default port of the other scheme. */
function schemeHint(authority: string, scheme: string, names: readonly string[]): string {
  const other = scheme === 'https' ? 'http' : 'https';
  const fits = names.some((name) => safeHost(name, other) === safeHost(authority, other));
  return fits ? `: where a proxy ends TLS, set scheme: '${other}'` : '';
}

function safeHost(name: string, scheme: string): string | undefined {
  try {
    return withoutDot(normalizeAuthority(name, scheme));
  } catch {
    return undefined;
  }
}

/** A host as messages show it: bounded and printable. */
function quoteHost(host: string): string {
  return JSON.stringify(host.slice(0, 100));
}

/** One of our names in its A-label form, without the scheme's default port. */
function ownHost(name: unknown, scheme: string): string {
  if (typeof name !== 'string' || name === '') throw notHosts();
  if (name.includes('*')) throw new TypeError('authority knows no wildcards: list the hosts, or give a function (host) => boolean');
  if (/[/?#@\\\s]/.test(name)) throw notHosts();
  try {
    // The platform knows how names in other scripts are written.
    const ascii = isAscii(name) ? name : new URL(`https://${name}`).host;
    return withoutDot(normalizeAuthority(ascii, scheme));
  } catch (cause) {
    throw notHosts({ cause });
  }
}

function isAscii(text: string): boolean {
  return /^[!-~]*$/.test(text);
}

function notHosts(options?: ErrorOptions): TypeError {
  return new TypeError(
    'authority must be a host with an optional port (bank.example, localhost:8080), several, or a function (host) => boolean',
    options,
  );
}
