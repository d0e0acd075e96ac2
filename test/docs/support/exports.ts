/**
 * The names that the entries of the package export, types included, read off the sources of the entries.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { entries } from '../../../scripts/entries.ts';

/** The exported names of each entry, by what users import: `countersign`, `countersign/node`, … */
export function exportedNames(root: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(entries).map(([name, source]) => {
      const file = ts.createSourceFile(source, readFileSync(join(root, source), 'utf8'), ts.ScriptTarget.Latest);
      return [name === 'index' ? 'countersign' : `countersign/${name}`, file.statements.flatMap(namesOf)];
    }),
  );
}

/** Lists of names, and what is declared in the entry itself. */
function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) throw new SyntaxError('an entry exports by name');
    return exportClause.elements.map(({ name }) => name.text);
  }
  const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => (name as ts.Identifier).text);
  const { name } = statement as ts.DeclarationStatement;
  if (name === undefined) throw new SyntaxError('an entry exports by name');
  return [name.text];
}
