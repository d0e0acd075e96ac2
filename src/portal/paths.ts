/**
 * Addresses of the portal's pages.
 *
 * @module
 */

import type { PortalSetup } from './options.ts';

/** Where the first page is. */
export function homePath({ basePath }: Pick<PortalSetup, 'basePath'>): string {
  return basePath === '' ? '/' : basePath;
}

/** The page of a key, or what is under it. */
export function keyPath({ basePath }: Pick<PortalSetup, 'basePath'>, keyid: string, action = ''): string {
  return `${basePath}/key/${encodeURIComponent(keyid)}${action === '' ? '' : `/${action}`}`;
}

/** A page with a query; what is `undefined` or `''` is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
