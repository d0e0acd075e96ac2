/**
 * The modules of a source tree as their syntax has them: what each imports, and what it names. Types count as nothing, for
 * they are gone when the program runs.
 *
 * @module
 */

import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** One import, re-exports included. */
export interface ModuleImport {
  /** A module, by its path in the tree; or a package, as it is written. */
  readonly target: string;
  readonly kind: 'static' | 'dynamic' | 'type';
  /** What is taken of it; `*` for all of it. */
  readonly names: readonly string[];
  readonly line: number;
}

/** A name that the running program reads: `Math.random` for a member of what is named, else the name alone. */
export interface UsedName {
  readonly name: string;
  readonly line: number;
}

/** One module. */
export interface SourceModule {
  readonly imports: readonly ModuleImport[];
  readonly uses: readonly UsedName[];
}

/** Modules, each by its path in the tree: `http/sign-request.ts`. */
export type Modules = ReadonlyMap<string, SourceModule>;

/** Reads every module under a folder. */
export function readModules(folder: string): Modules {
  const paths = globSync('**/*.ts', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
  return new Map(paths.sort().map((path) => [path, readModule(path, readFileSync(join(folder, path), 'utf8'))]));
}

/** A module and all that it imports, directly or through others; type imports too where they are asked for. */
export function reachableFrom(modules: Modules, starts: Iterable<string>, { types = false } = {}): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...starts];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const module = modules.get(path);
    if (module === undefined || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...module.imports.filter(({ kind }) => types || kind !== 'type').map(({ target }) => target));
  }
  return reached;
}

/** A node of the syntax tree. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const nodesOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value : [value]).filter(isNode);
const nameOf = (node: unknown): string => (isNode(node) ? String(node['name'] ?? node['value']) : '');

/** Type syntax that has an expression in it: `value as Type`, `value satisfies Type`, `value!`. */
const TYPED_EXPRESSION = /^TS(As|Satisfies|NonNull|Instantiation)Expression$|^TSTypeAssertion$/;

const MEMBERS = new Set(['Property', 'MethodDefinition', 'PropertyDefinition', 'AccessorProperty']);

/** Reads one module. */
export function readModule(path: string, source: string): SourceModule {
  const imports: ModuleImport[] = [];
  const uses: UsedName[] = [];
  const lineOf = ({ start }: Node): number => source.slice(0, start).split('\n').length;
  const visit = (node: Node): void => {
    const imported = readImport(node);
    if (imported !== undefined) imports.push({ ...imported, target: resolve(path, imported.target), line: lineOf(node) });
    else if (TYPED_EXPRESSION.test(node.type)) nodesOf(node['expression']).forEach(visit);
    else if (node.type.startsWith('TS') || node['declare'] === true) return;
    else if (node.type === 'Identifier') uses.push({ name: nameOf(node), line: lineOf(node) });
    else if (isStaticMember(node)) uses.push({ name: `${nameOf(node['object'])}.${nameOf(node['property'])}`, line: lineOf(node) });
    else for (const child of valueChildren(node)) visit(child);
  };
  visit(parseAst(source, { lang: 'ts' }, path) as unknown as Node);
  return { imports, uses };
}

/** The children that are part of the running program, names of members apart. */
function valueChildren(node: Node): readonly Node[] {
  const isMember = node.type === 'MemberExpression' || MEMBERS.has(node.type);
  const skipped = isMember && node['computed'] !== true ? ['property', 'key'] : [];
  return Object.entries(node).flatMap(([name, value]) => (skipped.includes(name) ? [] : nodesOf(value)));
}

/** `name.member`, where the name stands alone. */
function isStaticMember(node: Node): boolean {
  return node.type === 'MemberExpression' && node['computed'] !== true && isNode(node['object']) && node['object'].type === 'Identifier';
}

function readImport(node: Node): Omit<ModuleImport, 'line'> | undefined {
  if (node.type === 'ImportExpression') return { target: nameOf(node['source']), kind: 'dynamic', names: ['*'] };
  if (!/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type) || !isNode(node['source'])) return undefined;
  const isType = (it: Node): boolean => (it['importKind'] ?? it['exportKind']) === 'type';
  return {
    target: nameOf(node['source']),
    kind: isType(node) ? 'type' : 'static',
    names:
      node.type === 'ExportAllDeclaration'
        ? ['*']
        : nodesOf(node['specifiers'])
            .filter((it) => !isType(it))
            .map(takenName),
  };
}

/** The name that an import or re-export takes of the other module. */
function takenName(specifier: Node): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier['imported'] ?? specifier['local']);
}

function resolve(importer: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(importer), specifier) : specifier;
}
