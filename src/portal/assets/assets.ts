/**
 * The files of the portal, at addresses that change with them.
 *
 * @module
 */

import { crc32 } from '../../api-key/credential/crc32.ts';
import { file } from '../answer.ts';
import type { PortalSetup } from '../options.ts';
import { ICON } from './icon.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** A name of a file. */
export type AssetName = 'portal.css' | 'portal.js' | 'icon.svg';

/** What is served to everybody. */
const FILES: Readonly<Record<AssetName, { readonly type: string; readonly text: string }>> = {
  'portal.css': { type: 'text/css', text: STYLE },
  'portal.js': { type: 'text/javascript', text: SCRIPT },
  'icon.svg': { type: 'image/svg+xml', text: ICON },
};

const versionOf = (name: AssetName): string => crc32(FILES[name].text).toString(16);

/** The address of a file. */
export function assetPath({ basePath }: Pick<PortalSetup, 'basePath'>, name: AssetName): string {
  return `${basePath}/assets/${name}?v=${versionOf(name)}`;
}

/** A file; `undefined` if a path below the mount is that of none. */
export function assetAnswer(path: string, version: string | null): Response | undefined {
  const name = path.startsWith('/assets/') ? path.slice(8) : '';
  if (!Object.hasOwn(FILES, name)) return undefined;
  const { type, text } = FILES[name as AssetName];
  return file(text, type, version === versionOf(name as AssetName));
}
