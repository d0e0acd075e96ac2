/** A hover in an editor answers: whatever is exported, and each of its members, has a doc comment. */
import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { entries } from '../../scripts/entries.ts';

const root = resolve(import.meta.dirname, '../..');

/** `entry name` and `entry name.member` of whatever says nothing about itself. */
function undocumented(files: Readonly<Record<string, string>>): readonly string[] {
  const program = ts.createProgram(Object.values(files), {
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
  });
  const checker = program.getTypeChecker();
  const isDocumented = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;
  return Object.entries(files).flatMap(([entry, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
    return checker.getExportsOfModule(module!).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const members = [...(symbol.members?.values() ?? [])].filter(isPublicMember);
      return [symbol, ...members]
        .filter((each) => !isDocumented(each))
        .map((each) => (each === symbol ? `${entry} ${symbol.name}` : `${entry} ${symbol.name}.${each.name}`));
    });
  });
}

/** Not a constructor, a type parameter, a `#private` member or an index. */
function isPublicMember({ name, flags, declarations = [] }: ts.Symbol): boolean {
  return (
    !(flags & ts.SymbolFlags.TypeParameter) && !name.startsWith('__') && !declarations.some((it) => ts.isPrivateIdentifier(nameOf(it)))
  );
}

function nameOf(declaration: ts.Declaration): ts.Node {
  return (declaration as ts.NamedDeclaration).name ?? declaration;
}

describe('doc comments', () => {
  it('are there for every export and every member', { timeout: 120_000 }, () => {
    const files = Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, resolve(root, source)]));
    expect(undocumented(files)).toEqual([]);
  });

  it('are missed where they are not', () => {
    const file = resolve(import.meta.dirname, 'fixtures/undocumented.ts');
    expect(undocumented({ fixture: file })).toEqual(['fixture Silent', 'fixture Half.second', 'fixture silent']);
  });
});
