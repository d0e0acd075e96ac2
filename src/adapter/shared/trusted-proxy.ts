/**
 * What a proxy in front says about the client's request, believed from that proxy alone.
 *
 * @module
 */

import { VerificationError } from '../../errors.ts';
import { assertText } from '../../internal/assert.ts';
import { type OptionNames, readOptions } from '../../internal/options.ts';

/**
 * A proxy, and the fields by which it says what the client asked for. Name only fields that the proxy writes on every request, over whatever the
 * client sent: one that it passes on is the client's word.
 */
export interface TrustedProxy {
  /**
   * The proxy's addresses, as the server sees them (`127.0.0.1`, `::1`, `10.0.0.7`), or a function of the address, which is `''` where the platform
   * tells none (a Unix socket, a function). Requests from elsewhere are taken as if there were no proxy.
   */
  readonly addresses: readonly string[] | ((address: string) => boolean);
  /** The field with the client's host, such as `x-forwarded-host`. Default: the proxy keeps `Host`. */
  readonly host?: string | undefined;
  /** The field with the client's scheme, such as `x-forwarded-proto`. Default: the scheme that the server sees. */
  readonly scheme?: string | undefined;
  /** The field with what the proxy took off the path, such as `x-forwarded-prefix`. Default: it takes nothing off. */
  readonly prefix?: string | undefined;
}

/** What was sent, as far as a proxy says it. */
export interface Forwarded {
  readonly authority?: string | undefined;
  readonly scheme?: string | undefined;
  readonly prefix?: string | undefined;
}

/** Reads what the proxy says; nothing if the request is not the proxy's. */
export type ReadForwarded = (address: string, read: (name: string) => readonly string[]) => Forwarded;

const NAMES: OptionNames<TrustedProxy> = { addresses: true, host: true, scheme: true, prefix: true };

const NOTHING: Forwarded = {};

/**
 * Makes the reader of these options.
 *
 * @throws {TypeError} If an option is missing, unknown or unusable.
 */
export function readTrustedProxy(options: TrustedProxy | undefined): ReadForwarded {
  if (options === undefined) return () => NOTHING;
  const { addresses, ...fields } = readOptions<TrustedProxy>(options, NAMES, { name: 'trustedProxy' });
  const isProxy = addressesOf(addresses);
  const host = fieldName('host', fields.host);
  const scheme = fieldName('scheme', fields.scheme);
  const prefix = fieldName('prefix', fields.prefix);
  return (address, read) =>
    isProxy(plainAddress(address))
      ? {
          authority: soleValueOf(host, read),
          scheme: schemeOf(soleValueOf(scheme, read)),
          prefix: forwardedPrefix(soleValueOf(prefix, read)),
        }
      : NOTHING;
}

function addressesOf(addresses: unknown): (address: string) => boolean {
  if (typeof addresses === 'function') return (address) => addresses(address) === true;
  if (!Array.isArray(addresses) || addresses.length === 0 || !addresses.every((one) => typeof one === 'string' && one !== ''))
    throw new TypeError("trustedProxy.addresses must be the proxy's addresses, or a function of the address");
  if (addresses.some((one: string) => /[/*]/.test(one)))
    throw new TypeError('trustedProxy.addresses knows no ranges: list the addresses, or give a function (address) => boolean');
  const known = new Set(addresses.map(plainAddress));
  return (address) => known.has(address);
}

/** An IPv4 address as a socket for both families shows it is the IPv4 address. */
function plainAddress(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function fieldName(option: string, name: unknown): string | undefined {
  if (name === undefined) return undefined;
  assertText(name, `trustedProxy.${option}`);
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TypeError(`trustedProxy.${option} must be the name of a field`);
  return name.toLowerCase();
}

/** The one value of a field. Two are the client's and the proxy's: nobody can tell which is which. */
function soleValueOf(name: string | undefined, read: (name: string) => readonly string[]): string | undefined {
  const lines = name === undefined ? [] : read(name);
  if (lines.length > 1 || lines[0]?.includes(','))
    throw new VerificationError('target_malformed', `${name} has several values: the proxy must write it anew, not add to it`);
  return lines[0]?.trim();
}

function schemeOf(value: string | undefined): string | undefined {
  const scheme = value?.toLowerCase();
  if (scheme === undefined || scheme === 'https' || scheme === 'http') return scheme;
  throw new VerificationError('target_malformed', 'the forwarded scheme is neither https nor http');
}

function forwardedPrefix(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value === '/') return undefined;
  const prefix = withoutLastSlash(value);
  if (!isPrefix(prefix)) throw new VerificationError('target_malformed', 'the forwarded prefix is no path');
  return prefix;
}

/** A prefix that the application says. @throws {TypeError} If it is none. */
export function readPrefix(prefix: unknown): string {
  if (prefix === undefined || prefix === '' || prefix === '/') return '';
  const path = typeof prefix === 'string' ? withoutLastSlash(prefix) : '';
  if (!isPrefix(path)) throw new TypeError('prefix must be the path that was taken off, as clients send it: /v2');
  return path;
}

const withoutLastSlash = (path: string): string => path.replace(/\/$/, '');

const isPrefix = (path: string): boolean => /^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+$/.test(path);

/** Puts a prefix before the path, in absolute-form (RFC 9112, section 3.2.2) behind the host. */
export function withPrefix(prefix: string, target: string): string {
  if (prefix === '') return target;
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)?.[0] ?? '';
  const rest = target.slice(origin.length);
  // What is left of `/v2` alone is the root.
  return rest === '' || rest.startsWith('/') || rest.startsWith('?') ? `${origin}${prefix}${rest}` : target;
}
