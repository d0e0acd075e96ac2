import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VerificationError, type VerificationErrorCode } from '../../src/errors.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8');
const source = readFileSync(join(root, 'src/errors.ts'), 'utf8');

/** The rows of the tables under a heading of the second level: their cells, the code without its backticks. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim().replace(/^`(\w+)`$/, '$1')),
  );
}

function matches(text: string | undefined, pattern: RegExp): readonly string[] {
  return [...(text ?? '').matchAll(pattern)].map(([, code]) => code!).sort();
}

/** The codes are private to their module: its text is the only list of them. */
const refusals = matches(/const CODES = \{([^}]*)\}/.exec(source)?.[1], /^ {2}(\w+):/gm);
const reasons = matches(/type SignedFetchErrorCode =([^;]*);/.exec(source)?.[1], /'(\w+)'/g);

describe('docs/reference/errors.md', () => {
  it('finds the codes in src/errors.ts', () => {
    expect(refusals).toContain('signature_mismatch');
    expect(reasons).toContain('redirect_forbidden');
  });

  it('lists every code of VerificationError once, with its status', () => {
    const rows = rowsOf('VerificationError');
    expect(rows.map(([code]) => code).sort()).toEqual(refusals);
    for (const [code, status] of rows) expect(status, code).toBe(String(new VerificationError(code as VerificationErrorCode, '').status));
  });

  it('names the codes whose detail no peer may read, and those that leave as another', () => {
    const listed = (sentence: RegExp): readonly string[] => matches(sentence.exec(page)?.[1], /`(\w+)`/g);
    const errors = refusals.map((code) => new VerificationError(code as VerificationErrorCode, 'what it says'));
    expect(listed(/^Private codes: ([^.]*)\./m)).toEqual(errors.filter(({ detail }) => detail === undefined).map(({ code }) => code));
    expect(listed(/the log\. (.*) leave as `signature_mismatch`/)).toEqual(
      errors.filter(({ code, publicCode }) => code !== publicCode).map(({ code }) => code),
    );
    for (const { code, publicCode } of errors) if (code !== publicCode) expect(publicCode).toBe('signature_mismatch');
  });

  it('lists every code of SignedFetchError once', () => {
    expect(
      rowsOf('SignedFetchError')
        .map(([code]) => code)
        .sort(),
    ).toEqual(reasons);
  });

  it('gives a cause and a remedy for each', () => {
    for (const row of rowsOf('VerificationError')) expect(row.every(Boolean) && row.length, row[0]).toBe(4);
    for (const row of rowsOf('SignedFetchError')) expect(row.every(Boolean) && row.length, row[0]).toBe(3);
  });
});
