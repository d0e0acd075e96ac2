import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { root } from '../package/support/manifest.ts';
import { collectFences, type Fence, moduleName, parseFences, promisedOutput } from './support/fences.ts';
import { makeProject, run, typeErrors } from './support/project.ts';

const { consumer, scratch } = inject('packed');
const folder = join(scratch, 'docs');
const fences = collectFences(root);
const title = ({ page, line }: Fence): string => `${page}:${line}`;

describe('a page', () => {
  it('gives its TypeScript fences with their lines and marks', () => {
    const page = ['# Title', '```ts', 'a;', '```', '```sh', 'b', '```', '- item', '  ```ts run', '  console.log(1); // 1', '  ```'].join(
      '\n',
    );
    const [first, second, ...others] = parseFences('page.md', page);
    expect(first).toEqual({ page: 'page.md', line: 3, code: 'a;\n', runnable: false });
    expect(second).toEqual({ page: 'page.md', line: 10, code: 'console.log(1); // 1\n', runnable: true });
    expect(promisedOutput(second!)).toEqual(['1']);
    expect(others).toEqual([]);
  });

  it('with a fence that is never closed is refused', () => {
    expect(() => parseFences('page.md', '```ts\na;\n')).toThrow('page.md:1');
  });
});

describe('the examples of the documentation', () => {
  let errors: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    makeProject(folder, consumer, join(root, 'test/package'), root, fences);
    errors = await typeErrors(folder, join(root, 'node_modules/typescript/bin/tsc'));
  });

  for (const fence of fences) {
    it(`${title(fence)} compiles`, () => {
      expect(errors.get(moduleName(fence)) ?? []).toEqual([]);
    });
  }

  for (const fence of fences.filter(({ runnable }) => runnable)) {
    it(`${title(fence)} runs, and prints what it says`, async () => {
      const { failed, stdout, stderr } = await run(folder, `${moduleName(fence)}.ts`);
      expect(failed, stderr).toBe(false);
      const printed = stdout.split('\n');
      expect(printed.filter((line) => promisedOutput(fence).includes(line))).toEqual(promisedOutput(fence));
    });
  }
});
