import { describe, expect, it } from 'vitest';
import { countLines, programFiles, readGuide, readProgram, shownPrograms } from './guides.ts';
import { languages } from './protocol.ts';

const index = readGuide('index');

describe.each(languages)('the guide for $name', ({ name, extension, programs }) => {
  const guide = readGuide(name);
  const files = programFiles(name);

  it('shows every program, as it is run', () => {
    expect(files).toEqual(programs.map((program) => `${program}.${extension}`).sort());
    const shown = new Map(shownPrograms(guide).map(({ file, code }) => [file, code]));
    expect([...shown.keys()].sort()).toEqual(files);
    for (const file of files) expect(shown.get(file), file).toBe(readProgram(name, file));
  });

  it('shows programs of less than 60 lines', () => {
    for (const file of files) expect(countLines(readProgram(name, file)), file).toBeLessThan(60);
  });

  it('is linked', () => {
    expect(index).toContain(`](${name}.md)`);
    expect(guide).toContain('](index.md)');
  });
});

describe('the lines of a program', () => {
  it('are those that say something', () => {
    expect(countLines('// a\npackage main\n\nimport (\n\t"a"\n\t"b"\n)\n\nfunc main() {\n\tb()\n}\n')).toBe(3);
    expect(countLines('# a\nimport b\n\nb()  # c\n')).toBe(1);
  });
});
