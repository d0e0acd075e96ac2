/**
 * Rules of the repository that no linter knows: each a pattern that must not stand in some files.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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

interface CruiserConfig {
  readonly forbidden: readonly { readonly name: string; readonly from: { readonly path: string } }[];
}

/** The pure modules, as the dependency rules list them. */
function pureModules(): RegExp {
  const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as CruiserConfig;
  return new RegExp(config.forbidden.find(({ name }) => name === 'pure')!.from.path);
}

const rules: readonly HouseRule[] = [
  {
    rule: 'cryptography is named in src/crypto only',
    files: /^src\//,
    except: /^src\/crypto\//,
    forbidden: /@noble\/|crypto\.subtle|globalThis\.crypto|node:crypto|getRandomValues/,
    codeOnly: true,
  },
  {
    rule: 'pure modules have no clock, randomness, timers or I/O',
    files: pureModules(),
    codeOnly: true,
    forbidden: /\bDate\b\s*[.(]|Math\.random|\bperformance\.|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\bprocess\.|\bglobalThis\b/,
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
function repositoryFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  return listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

function violations(file: string): readonly string[] {
  const speaking = rules.filter(({ files, except }) => files.test(file) && !except?.test(file));
  if (speaking.length === 0) return [];
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return speaking.flatMap(({ rule, forbidden, codeOnly = false }) =>
    lines.flatMap((line, index) =>
      forbidden.test(line) && !(codeOnly && COMMENT.test(line)) ? [`${file}:${index + 1}: ${rule}: ${line.trim().slice(0, 100)}`] : [],
    ),
  );
}

const found = repositoryFiles().flatMap(violations);
for (const violation of found) console.log(violation);
if (found.length > 0) process.exitCode = 1;
