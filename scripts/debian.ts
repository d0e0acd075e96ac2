/**
 * What the tests need of the operating system: listed first, installed where that is ours to do.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { root, runCommand } from './run-command.ts';

interface SystemPackage {
  /** As Debian calls it. */
  readonly name: string;
  /** A file that tells that it is there. */
  readonly file: string;
  readonly purpose: string;
}

const packages: readonly SystemPackage[] = [
  { name: 'chromium', file: '/usr/bin/chromium', purpose: 'the runtime matrix' },
  { name: 'firefox-esr', file: '/usr/bin/firefox-esr', purpose: 'the runtime matrix' },
  { name: 'webkit2gtk-driver', file: '/usr/bin/WebKitWebDriver', purpose: 'the runtime matrix' },
  { name: 'nginx', file: '/usr/sbin/nginx', purpose: 'gateways' },
  { name: 'libnginx-mod-http-js', file: '/usr/lib/nginx/modules/ngx_http_js_module.so', purpose: 'gateways' },
  { name: 'caddy', file: '/usr/bin/caddy', purpose: 'gateways' },
  { name: 'haproxy', file: '/usr/sbin/haproxy', purpose: 'gateways' },
  { name: 'postgresql', file: '/usr/lib/postgresql', purpose: 'stores' },
  { name: 'redis-server', file: '/usr/bin/redis-server', purpose: 'stores' },
  { name: 'ripgrep', file: '/usr/bin/rg', purpose: 'the packed package' },
  { name: 'xvfb', file: '/usr/bin/Xvfb', purpose: 'a display for WebKitGTK' },
];

const missing = (): readonly SystemPackage[] => packages.filter(({ file }) => !existsSync(file));

/** Which packages of a purpose are missing. */
export function missingFor(purpose: string): readonly string[] {
  return missing().flatMap((one) => (one.purpose === purpose ? [one.name] : []));
}

/** Prints what is needed and, as root on Debian, installs what is missing. Answers whether everything is there. */
export async function ensureSystemPackages(): Promise<boolean> {
  for (const { name, file, purpose } of packages) console.log(`${existsSync(file) ? 'found  ' : 'missing'} ${name} (${purpose})`);
  const names = missing().map(({ name }) => name);
  if (names.length === 0) return true;
  await installDebianPackages(names);
  return missing().length === 0;
}

/** Installs packages where that is ours to do, as root on Debian; elsewhere it says what to install. */
export async function installDebianPackages(names: readonly string[]): Promise<void> {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    console.log(`not root on Debian: install ${names.join(' ')} yourself to run everything`);
    return;
  }
  console.log(`apt-get install ${names.join(' ')}`);
  const apt = { cwd: root, env: { DEBIAN_FRONTEND: 'noninteractive' }, minutes: 15 };
  await runCommand('apt-get', ['update', '-qq'], apt);
  await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], apt);
}
