/**
 * Rules of the repository that no linter knows: patterns that must not stand in some files, purity, and what may occur once.
 *
 *   node scripts/house-rules.ts           this repository
 *   node scripts/house-rules.ts folder    another, which is in git
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Modules, readModules } from './modules.ts';
import { purityViolations } from './purity.ts';
import { root } from './run-command.ts';

interface HouseRule {
  readonly rule: string;
  /** The files it speaks of. */
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly forbidden: RegExp;
  /** What comments say is left alone. */
  readonly codeOnly?: boolean;
}

const COMMENT = /^\s*(\/\/|\/?\*)/;

const rules: readonly HouseRule[] = [
  {
    rule: 'cryptography is named in src/crypto only',
    files: /^src\//,
    // What a browser runs is a text to us.
    except: /^src\/(crypto\/|portal\/assets\/script\.ts$)/,
    forbidden: /@noble\/|crypto\.subtle|globalThis\.crypto|node:crypto|getRandomValues/,
    codeOnly: true,
  },
  {
    rule: 'the words of the standard, no private language',
    files: /^src\//,
    forbidden:
      /(?<![a-z])(judge|judging|bench(?!mark)|charge|evidence|court(?!es)|hearing|verdict)|Judge|Bench(?!mark)|Charge|Evidence|Court|Hearing|Verdict/,
  },
  {
    rule: 'for…in also visits what somebody wrote to Object.prototype: Object.keys or Object.entries',
    files: /^src\//,
    forbidden: /\bfor \((?:const|let|var) \w+ in /,
  },
  {
    // V8's can take one escaped name for another (nodejs/node issue 63785). What a refusal says decides nothing, and what our own
    // stores hold was written by us: both are left to the engine.
    rule: 'JSON that others wrote is read by our own parser',
    files: /^src\//,
    except:
      /^src\/(canonical\/(strict-)?json|structured-fields\/parse-item|fetch\/refusal|api-key\/(details|claim\/enrolments)|sql\/keys\/key-rows|redis\/keys\/key-records)\.ts$/,
    forbidden: /\bJSON\.parse\(/,
    codeOnly: true,
  },
  { rule: 'type errors are mended, not silenced', files: /^src\//, forbidden: /@ts-(ignore|expect-error|nocheck)/ },
  { rule: 'nothing is left for later', files: /^(src\/|docs\/|README\.md$)/, forbidden: /\b(TODO|FIXME|XXX)\b/ },
  // What goes into a path of a machine: everybody has another.
  {
    rule: 'no path of one machine',
    files: /./,
    except: /(^|\/)package-lock\.json$/,
    forbidden: /(^|[^.\w-])\/(?:work|farm|root|home\/\w+|Users\/\w+)\//,
  },
  { rule: 'lock files carry no addresses', files: /(^|\/)package-lock\.json$/, forbidden: /"resolved":/ },
];

/** Every file that is, or would be, in git. */
function repositoryFiles(top: string): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: top, encoding: 'utf8' });
  return listed.split('\0').filter((file) => statSync(join(top, file), { throwIfNoEntry: false })?.isFile());
}

function patternViolations(top: string, file: string): readonly string[] {
  const speaking = rules.filter(({ files, except }) => files.test(file) && !except?.test(file));
  if (speaking.length === 0) return [];
  const lines = readFileSync(join(top, file), 'utf8').split('\n');
  return speaking.flatMap(({ rule, forbidden, codeOnly = false }) =>
    lines.flatMap((line, index) =>
      forbidden.test(line) && !(codeOnly && COMMENT.test(line)) ? [`${file}:${index + 1}: ${rule}: ${line.trim().slice(0, 100)}`] : [],
    ),
  );
}

/** More would have to come as files of their own, which a new deployment takes away from pages that are open. */
function dynamicImportViolations(modules: Modules): readonly string[] {
  const found = [...modules].flatMap(([path, { imports }]) => imports.flatMap((it) => (it.kind === 'dynamic' ? [{ path, ...it }] : [])));
  const isTheOne = found.length === 1 && found[0]?.target === 'crypto/javascript.ts';
  return isTheOne
    ? []
    : found.map(({ path, line, target }) => `src/${path}:${line}: the one dynamic import is of cryptography in JavaScript: ${target}`);
}

const MAX_LINES = 300;

function lengthViolations(sources: string, modules: Modules): readonly string[] {
  const lines = (path: string): number => readFileSync(join(sources, path), 'utf8').trimEnd().split('\n').length;
  return [...modules.keys()].filter((path) => lines(path) > MAX_LINES).map((path) => `src/${path}: more than ${MAX_LINES} lines`);
}

const top = resolve(process.argv[2] ?? root);
const sources = join(top, 'src');
const modules = readModules(sources);
const found = [
  ...repositoryFiles(top).flatMap((file) => patternViolations(top, file)),
  ...purityViolations(modules).map((violation) => `src/${violation}`),
  ...dynamicImportViolations(modules),
  ...lengthViolations(sources, modules),
];
for (const violation of found) console.log(violation);
if (found.length > 0) process.exitCode = 1;
