/** What `npm test` does in stages can be had one by one, in the same words. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stages } from '../../scripts/stages.ts';

const { scripts } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const names = stages.map(({ name }) => name);

describe('the stages of npm test', () => {
  it('have names of their own', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(stages.map(({ name }) => name))('%s is an npm script', (name) => {
    // The inner loop is the one that differs: fewer rounds, and whatever vitest takes on its command line.
    expect(scripts[`test:${name}`]).toBe(name === 'unit' ? 'vitest run --project unit' : `node scripts/test.ts ${name}`);
  });

  it('are all that such scripts are for, but the one that takes long', () => {
    const others = Object.keys(scripts).filter((name) => name.startsWith('test:') && !names.includes(name.slice('test:'.length)));
    // Longer than anybody waits for: the same tests with more of everything.
    expect(others).toEqual(['test:long']);
  });

  it('need stages that come before them', () => {
    stages.forEach(({ name, needs = [] }, index) => {
      for (const need of needs) expect(names.indexOf(need), `${name} needs ${need}`).toBeGreaterThanOrEqual(0);
      for (const need of needs) expect(names.indexOf(need), `${name} needs ${need}`).toBeLessThan(index);
    });
  });
});
