import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeLines, isCrowded, programFiles, readGuide, readProgram, shownPrograms } from './guides.ts';
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

  it('shows files of at most 80 lines, without imports, comments and blank lines', () => {
    for (const file of files) expect(codeLines(file, readProgram(name, file)).length, file).toBeLessThanOrEqual(80);
  });

  it('shows lines of at most 100 characters', () => {
    for (const file of files) {
      const long = readProgram(name, file)
        .split('\n')
        .filter((line) => line.replaceAll('\t', '    ').length > 100);
      expect(long, file).toEqual([]);
    }
  });

  it('shows one statement a line', () => {
    for (const file of files) {
      const crowded = codeLines(file, readProgram(name, file)).filter((line) => isCrowded(file, line));
      expect(crowded, file).toEqual([]);
    }
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
  it('are those that do something', () => {
    const go = '// a\npackage main\n\nimport (\n\t"a"\n\t"b"\n)\n\nfunc main() {\n\tb() // c\n}\n';
    expect(codeLines('a.go', go)).toEqual(['func main() {', '\tb() // c', '}']);
    const python = '"""a\n\nb\n"""\nimport os\nfrom a import b\n\ndef c():\n    """d"""\n    # e\n    return """f"""\n';
    expect(codeLines('a.py', python)).toEqual(['def c():', '    return """f"""']);
    const php = "<?php declare(strict_types=1);\n/**\n * a\n */\nrequire __DIR__ . '/b.php';\n\n$a = 2; // two\n";
    expect(codeLines('a.php', php)).toEqual(['$a = 2; // two']);
  });

  it.each([
    ['a.py', 'if a: b()', true],
    ['a.py', 'a = 1; b = 2', true],
    ['a.py', "sorted(a, key=lambda b: ';')", false],
    ['a.java', 'a(); b();', true],
    ['a.java', 'for (int i = 0; i < 2; i++) {', false],
    ['a.java', 'a("; b"); // c; d', false],
    ['a.go', 'if err := a(); err != nil {', false],
    ['a.pl', 'my $a = qr/; b/; my $c;', true],
    ['a.php', "function a() { b('; '); return 1; }", true],
    ['a.rb', "a = '; b'", false],
  ])('%s: %s', (file, line, crowded) => {
    expect(isCrowded(file, line)).toBe(crowded);
  });
});

describe('the pages', () => {
  it('are reached from the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    expect(readme).toContain('](docs/guides/other-languages/index.md)');
    const pages = readdirSync(join(import.meta.dirname, '../../docs/guides/other-languages'));
    expect(pages.sort()).toEqual(['index.md', ...languages.map(({ name }) => `${name}.md`)].sort());
  });
});
