import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { countLines, programFiles, readGuide, readProgram, shownPrograms } from './guides.ts';
import { languages } from './protocol.ts';

const index = readGuide('index');

describe.each(languages)('the guide for $name', ({ name, extension, programs, shared, shownAs }) => {
  const guide = readGuide(name);
  const files = programFiles(name);

  it('shows every program, as it is run', () => {
    expect(files).toEqual([...programs.map((program) => `${program}.${extension}`), ...shared].sort());
    const shown = new Map(shownPrograms(guide).map(({ file, code }) => [file, code]));
    expect([...shown.keys()].sort()).toEqual(files);
    for (const file of files) expect(shown.get(file), file).toBe(readProgram(name, file));
  });

  it('shows files of less than 60 lines, whatever is in a line', () => {
    for (const file of files) expect(countLines(readProgram(name, file)), file).toBeLessThan(60);
  });

  it('shows lines of at most 140 characters', () => {
    for (const file of files)
      expect(
        Math.max(
          ...readProgram(name, file)
            .split('\n')
            .map(({ length }) => length),
        ),
        file,
      ).toBeLessThanOrEqual(140);
  });

  it('starts every program with the files it needs', () => {
    for (const program of shownAs ? programs : []) expect(guide).toContain(shownAs!(program));
  });

  it('is linked', () => {
    expect(index).toContain(`](${name}.md)`);
    expect(guide).toContain('](index.md)');
  });
});

describe('the lines of a program', () => {
  it('are what wc -l counts', () => {
    const code = '// a\npackage main\n\nimport (\n\t"a"\n\t"b"\n)\n\nfunc main() {\n\tb()\n}\n';
    expect(countLines(code)).toBe(11);
    expect(countLines(code)).toBe(Number(execFileSync('wc', ['-l'], { input: code })));
  });
});
