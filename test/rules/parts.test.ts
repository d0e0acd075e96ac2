/** The layout of dist: rooms in files of their own, and what cannot be laid out is refused. */
import { describe, expect, it } from 'vitest';
import { type Modules, readModule } from '../../scripts/modules.ts';
import { layOut } from '../../scripts/parts.ts';

const modulesOf = (sources: Readonly<Record<string, string>>): Modules =>
  new Map(Object.entries(sources).map(([path, source]) => [path, readModule(path, source)]));

const ROOMS = {
  'index.ts': "export { sign } from './signature/sign.ts';\nexport { digest } from './crypto/digest.ts';",
  'url/index.ts':
    "import { sign } from '../signature/sign.ts';\nimport { query } from './query.ts';\nexport const signUrl = [sign, query];",
  'url/query.ts': 'export const query = 1;',
  'signature/sign.ts':
    "import { digest, mac } from '../crypto/digest.ts';\nimport type { Key } from '../crypto/key.ts';\nexport const sign = (key: Key) => [key, digest, mac];",
  'crypto/digest.ts': "export const digest = () => import('./javascript.ts');\nexport const mac = 1;",
  'crypto/javascript.ts': 'export const hash = 1;',
  'crypto/key.ts': 'export interface Key {}',
};

describe('the layout', () => {
  const { fileOf, parts } = layOut(modulesOf(ROOMS));

  it('gives each room a file, and each entry', () => {
    const files = Object.keys(ROOMS).map((module) => [module, fileOf(module)]);
    expect(Object.fromEntries(files)).toEqual({
      'index.ts': 'index',
      'url/index.ts': 'url',
      // Nobody but the entry imports it.
      'url/query.ts': 'url',
      'signature/sign.ts': 'parts/signature',
      'crypto/digest.ts': 'parts/crypto',
      'crypto/javascript.ts': 'parts/javascript',
      'crypto/key.ts': 'parts/crypto',
    });
  });

  it('exports of a part what other files import, types apart', () => {
    expect(Object.fromEntries(parts)).toEqual({
      'parts/signature': [{ module: 'signature/sign.ts', names: ['sign'] }],
      'parts/crypto': [{ module: 'crypto/digest.ts', names: ['digest', 'mac'] }],
      'parts/javascript': [{ module: 'crypto/javascript.ts', names: ['*'] }],
    });
  });

  it('refuses two of one name in a room', () => {
    const more = {
      'crypto/other.ts': 'export const mac = 2;',
      'signature/more.ts': "import { mac } from '../crypto/other.ts';\nexport { mac };",
    };
    expect(() => layOut(modulesOf({ ...ROOMS, ...more }))).toThrow(
      /parts\/crypto cannot export two mac.*crypto\/digest\.ts.*crypto\/other\.ts/,
    );
  });

  it('refuses what it cannot list', () => {
    const more = { 'signature/more.ts': "import * as all from '../crypto/digest.ts';\nexport { all };" };
    expect(() => layOut(modulesOf({ ...ROOMS, ...more }))).toThrow(/signature\/more\.ts must name what it imports/);
  });
});
