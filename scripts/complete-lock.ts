/**
 * Completes a lock file with the optional platform packages that the registry in use could not resolve.
 *
 * `npm install` leaves such packages out of the lock; `npm ci` then refuses the lock as incomplete. An entry with a
 * version, an operating system and a processor satisfies it, and makes every other machine skip the package.
 *
 * Also drops what development tools say of the Node they want: they run on the Node pinned in `node_modules/.bin`, not on
 * the one that npm was started with, of which npm warns at length. What may be left out keeps it, since npm leaves it out
 * by that.
 *
 *   node scripts/complete-lock.ts [--check] [folder ...]
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './run-command.ts';

interface LockEntry {
  readonly version?: string;
  readonly name?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const SYSTEMS: readonly string[] = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos wasi win32'.split(' ');
const PROCESSORS: readonly string[] = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' ');

/** Where Node would find the package from there, if the lock has it. */
function locate(packages: Lock['packages'], from: string, name: string): string | undefined {
  for (let place = from; ; place = place.slice(0, Math.max(place.lastIndexOf('/node_modules/'), 0))) {
    const path = `${place === '' ? '' : `${place}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (place === '') return undefined;
  }
}

/** The entry of a package that could not be looked up: its name says what it is for. */
function stub(name: string, spec: string, dev: boolean): LockEntry {
  const alias = /^npm:(.+)@/.exec(spec)?.[1];
  const words = (alias ?? name).split(/[/_-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  // In npm's own order, so that a later install changes nothing.
  return {
    ...(alias !== undefined && { name: alias }),
    version: spec.replace(/^npm:.*@/, '').replace(/^[\^~]/, ''),
    ...(cpu.length > 0 && { cpu }),
    ...(dev && { dev }),
    ...(words.includes('musl') && { libc: ['musl'] }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}

/** The entries that a lock lacks, by their place in it. */
function missingEntries({ packages }: Lock): ReadonlyMap<string, LockEntry> {
  const missing = new Map<string, LockEntry>();
  for (const [from, entry] of Object.entries(packages)) {
    for (const [name, spec] of Object.entries(entry.optionalDependencies ?? {})) {
      const wanted = stub(name, spec, entry.dev === true);
      const found = locate(packages, from, name);
      if (found === undefined) missing.set(`node_modules/${name}`, wanted);
      // Another package took the place with another version; a range is left to npm.
      else if (/^\d/.test(spec) && packages[found]?.version !== wanted.version) missing.set(`${from}/node_modules/${name}`, wanted);
    }
  }
  return missing;
}

/** The entries of development tools that name the Node they want. */
function enginesOfTools({ packages }: Lock): ReadonlyMap<string, LockEntry> {
  const tools = Object.entries(packages).filter(([, { dev, optional, engines }]) => dev && !optional && engines !== undefined);
  return new Map(tools.map(([place, { engines: _, ...entry }]) => [place, entry]));
}

function completeLock(folder: string, check: boolean): boolean {
  const file = join(root, folder, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
  const missing = missingEntries(lock);
  const tools = enginesOfTools(lock);
  if (missing.size === 0 && tools.size === 0) return true;
  const amounts = `${missing.size} optional packages to add, ${tools.size} engines of tools to drop`;
  if (check) {
    console.log(`${folder}: package-lock.json has ${amounts}: run node scripts/complete-lock.ts ${folder}`);
    return false;
  }
  const packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...Object.fromEntries([...missing, ...tools]) }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`${folder}: had ${amounts}`);
  return true;
}

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean', default: false } }, allowPositionals: true });
const folders = positionals.length > 0 ? positionals : ['.'];
if (!folders.map((folder) => completeLock(folder, values.check)).every(Boolean)) process.exitCode = 1;
