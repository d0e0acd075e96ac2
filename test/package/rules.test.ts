/** The rules of the repository, on a copy of `src` that breaks each of them. */
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/run-command.ts';
import { outputOf } from '../support/output-of.ts';

const copy = mkdtempSync(join(tmpdir(), 'countersign-rules-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What is put behind a module, and the rule that must see it. */
const BROKEN: readonly (readonly [module: string, code: string, seen: string])[] = [
  ['rfc9421/base.ts', 'export const now = Date.now();', 'names a clock: Date.now'],
  ['internal/scan.ts', 'export const delay = setTimeout;', 'names a timer: setTimeout'],
  ['jwks/resolver.ts', "export const later = import('./key-sets.ts');", 'the one dynamic import'],
  ['http/limits.ts', '// the verdict', 'no private language'],
  ['http/limits.ts', 'export const chargeOf = 1;', 'no private language'],
  ['http/limits.ts', 'export const openBench = 1;', 'no private language'],
  ['url/index.ts', '// line\n'.repeat(300), 'more than 300 lines'],
  ['url/index.ts', '// TODO', 'nothing is left for later'],
  ['jwks/resolver.ts', "export const set = JSON.parse('{}');", 'read by our own parser'],
  ['http/limits.ts', 'export const subtle = globalThis.crypto;', 'cryptography is named in src/crypto only'],
];

/** Imports of one module by another, and the dependency rule that must see each. */
const IMPORTS: readonly (readonly [from: string, to: string, rule: string])[] = [
  ['canonical/json.ts', '../crypto/random.ts', 'pure'],
  ['canonical/fields.ts', '../internal/reaches.ts', 'pure'],
  ['structured-fields/parse.ts', '../errors.ts', 'pure'],
  ['rfc9421/base.ts', '../runtime/time.ts', 'pure'],
  ['http/limits.ts', '../url/index.ts', 'direction-http'],
  ['http/limits.ts', '../payload/index.ts', 'direction-http'],
  ['http/limits.ts', '../license/index.ts', 'direction-http'],
  ['url/query.ts', '../http/index.ts', 'direction-url'],
  ['url/query.ts', '../payload/index.ts', 'direction-url'],
  ['url/query.ts', '../license/index.ts', 'direction-url'],
  ['payload/carrier.ts', '../http/index.ts', 'direction-payload'],
  ['payload/carrier.ts', '../url/index.ts', 'direction-payload'],
  ['payload/carrier.ts', '../license/index.ts', 'direction-payload'],
  ['license/terms.ts', '../http/index.ts', 'direction-license'],
  ['license/terms.ts', '../url/index.ts', 'direction-license'],
  ['signature/policy.ts', '../http/index.ts', 'direction-signature'],
  ['crypto/random.ts', '../signature/policy.ts', 'direction-crypto'],
  ['url/query.ts', '../index.ts', 'nothing-imports-the-root'],
  ['adapter/web.ts', '../cli/command.ts', 'direction-adapter'],
  ['adapter/web.ts', 'node:http', 'no-runtime-modules'],
  ['url/query.ts', 'vitest', 'declared-dependencies'],
  ['url/query.ts', 'node:fs', 'no-runtime-modules'],
  ['url/query.ts', '@noble/hashes/sha2.js', 'crypto-in-one-folder'],
];

/** A file that one of the pure folders may import, and that imports what they may not. */
const REACHES = "export * from '../runtime/time.ts';\n";

const houseRules = (): Promise<string> => outputOf(process.execPath, ['scripts/house-rules.ts', copy], root);

async function dependencyRules(): Promise<ReadonlySet<string>> {
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { summary } = JSON.parse(await outputOf(join(root, 'node_modules/.bin/depcruise'), ['src', ...options], copy)) as {
    readonly summary: { readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[] };
  };
  return new Set(summary.violations.map(({ from, rule }) => `${from} ${rule.name}`));
}

describe('a copy of the repository', () => {
  beforeAll(async () => {
    for (const file of ['src', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      cpSync(join(root, file), join(copy, file), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    await outputOf('git', ['init', '--quiet'], copy);
  });

  it('breaks no rule', async () => {
    expect(await houseRules()).toBe('');
    expect([...(await dependencyRules())]).toEqual([]);
  }, 60_000);

  it('breaks the rule that it is made to break', async () => {
    for (const [module, code] of BROKEN) appendFileSync(join(copy, 'src', module), `\n${code}\n`);
    const output = await houseRules();
    for (const [module, code, seen] of BROKEN) {
      const lines = output.split('\n').filter((line) => line.startsWith(`src/${module}:`) && line.includes(seen));
      expect(lines, `${module}: ${code.slice(0, 40)}`).not.toEqual([]);
    }
  }, 60_000);

  it('imports nothing that its place forbids', async () => {
    writeFileSync(join(copy, 'src/internal/reaches.ts'), REACHES);
    for (const [from, to] of IMPORTS) appendFileSync(join(copy, 'src', from), `\nimport '${to}';\n`);
    const seen = await dependencyRules();
    for (const [from, to, rule] of IMPORTS) expect(seen, `${from} imports ${to}`).toContain(`src/${from} ${rule}`);
  }, 60_000);
});
