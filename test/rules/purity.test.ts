/** What can be reached from the code of the signed text is pure, and the rule that says so sees whatever breaks it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Modules, reachableFrom, readModule, readModules } from '../../scripts/modules.ts';
import { purityViolations } from '../../scripts/purity.ts';
import { root } from '../../scripts/run-command.ts';

const sources = join(root, 'src');
const modules = readModules(sources);
const isPure = (path: string): boolean => /^(rfc9421|structured-fields|canonical)\//.test(path);
const reached = [...reachableFrom(modules, [...modules.keys()].filter(isPure))].sort();

/** The modules, with code put behind one of them. */
function withCode(path: string, code: string): Modules {
  const source = modules.has(path) ? readFileSync(join(sources, path), 'utf8') : '';
  return new Map(modules).set(path, readModule(path, `${source}\n${code}\n`));
}

/** What is wrong besides what already was. */
function added(broken: Modules): readonly string[] {
  const before = purityViolations(modules);
  return purityViolations(broken).filter((violation) => !before.includes(violation));
}

describe('the code of the signed text', () => {
  it('is pure', () => {
    expect(purityViolations(modules)).toEqual([]);
  });

  it('is whole folders, and what they import', () => {
    expect(reached.filter(isPure)).toEqual([...modules.keys()].filter(isPure));
    expect(reached.filter((path) => path.startsWith('internal/')).length).toBeGreaterThan(0);
  });
});

describe('a clock', () => {
  it.each(reached)('is seen in %s', (path) => {
    expect(added(withCode(path, 'export const now = Date.now();'))).toEqual([expect.stringMatching(/names a clock: Date\.now$/)]);
  });

  it('is seen in a module that one of them comes to import', () => {
    const imported = new Map(withCode('canonical/json.ts', "import { now } from '../internal/clock.ts';")).set(
      'internal/clock.ts',
      readModule('internal/clock.ts', 'export const now = (): number => Date.now();'),
    );
    expect(added(imported)).toEqual(['internal/clock.ts:1: names a clock: Date.now']);
  });

  it('is seen behind an import of an import, a re-export and another room', () => {
    const imported = new Map(withCode('structured-fields/parse.ts', "export { a } from '../internal/a.ts';"))
      .set('internal/a.ts', readModule('internal/a.ts', "export * from './b.ts';"))
      .set('internal/b.ts', readModule('internal/b.ts', "import { systemTime } from '../runtime/time.ts';\nexport const a = systemTime;"));
    expect(added(imported)).toEqual([expect.stringMatching(/^runtime\/time\.ts:\d+: names a clock: Date/)]);
  });
});

describe('names', () => {
  const PLACE = 'rfc9421/derive.ts';
  const broken: readonly string[] = [
    'const late = new Date();',
    'const Clock = Date; Clock.now();',
    'const { now } = Date;',
    'const clock = { Date };',
    'performance.now();',
    'setTimeout(() => undefined, 1);',
    'queueMicrotask(() => undefined);',
    'AbortSignal.timeout(1);',
    'Math.random();',
    'const { random } = Math;',
    "Math['random']();",
    'crypto.getRandomValues(new Uint8Array(1));',
    "void fetch('https://bank.example/');",
    'console.log(1);',
    'process.env;',
    'globalThis.Date;',
    'new Response();',
    'const isRequest = (value: unknown): boolean => value instanceof Request;',
    'class Reply extends Response {}',
    "eval('1');",
    "await import('./params.ts');",
    "import { sha256 } from '@noble/hashes/sha2.js';",
    "export * from 'node:crypto';",
    'const one = (Date as unknown as { now(): number }).now();',
    'const two = Date!.now();',
    'const three = Date satisfies object;',
    'const f = (at = Date.now()): number => at;',
    'class Timed { at = Date.now(); }',
    'const key = { [Date.now()]: 1 };',
    'const text = `$' + '{Date.now()}`;',
  ];
  it.each(broken)('are seen: %s', (code) => {
    expect(added(withCode(PLACE, code)).length).toBeGreaterThan(0);
  });

  const allowed: readonly string[] = [
    'Math.max(1, 2);',
    'const member = { Date: 1, fetch(): number { return 1; } };',
    'const seconds = (value: { readonly Date: number }): number => value.Date;',
    'type When = Date | Request | Response;',
    'interface Reply { readonly headers: Headers; at?: Date }',
    'const open = (request: Request): string => request.url;',
    'const as = (value: unknown): Response => value as Response;',
    "import type { Signer } from '../crypto/signer.ts';",
    "type Crypto = typeof import('../crypto/runtime.ts');",
    '// Date.now() and fetch() in a comment',
    "const text = 'Date.now()';",
    'class Plain implements Request {}',
  ];
  it.each(allowed)('are left alone: %s', (code) => {
    expect(added(withCode(PLACE, code))).toEqual([]);
  });
});
