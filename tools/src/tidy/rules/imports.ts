// Who may import whom. The package.json of a workspace is the list of what it may use; the rest are
// the rules that a package.json cannot express.

import { isBuiltin } from 'node:module';
import {
  type ImportOf,
  type Rule,
  type SourceTree,
  type TypeScriptFile,
  type Violation,
  type Workspace,
  workspaceOf,
} from '../source-tree.js';

const SCOPE = '@hosted-engine/';

/** What of this repository each of the inner rooms may use at most, whatever its package.json says. */
const INNER_ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ports: ['core'],
  formats: ['core'],
  pki: [],
  vdsm: ['core', 'ports', 'formats'],
  platform: ['core', 'ports', 'formats'],
  setup: ['core', 'ports', 'formats', 'vdsm', 'pki'],
};

/** Daemons and clients get adapters in their composition root only. */
const COMPOSED_ROOMS = ['hostd', 'ha', 'engine', 'cli'];
const COMPOSITION_ROOT = /^packages\/[^/]+\/src\/main(\.ts$|\/)/;

/** Set-up is data: its front ends own the terminal. */
const TERMINAL_MODULES = ['node:readline', 'node:readline/promises', 'node:tty', 'node:repl'];

/** Rooms that nothing in packages/ may know of. */
const OUTER_ROOMS = ['lab', 'bench', 'tools'];

export const importRule: Rule = (tree) =>
  tree.typeScript.flatMap((file) => {
    const workspace = workspaceOf(tree, file.path);
    if (workspace === undefined) return [];
    return file.imports.flatMap((imported) => {
      const message = faultOf(tree, file, workspace, imported);
      if (message === undefined) return [];
      return [{ path: file.path, line: imported.line, rule: 'imports', message }];
    });
  });

function faultOf(
  tree: SourceTree,
  file: TypeScriptFile,
  workspace: Workspace,
  { specifier }: ImportOf,
): string | undefined {
  if (specifier.startsWith('.')) return relativeFault(file.path, workspace, specifier);
  if (isBuiltin(specifier)) return builtinFault(file.path, workspace, specifier);
  const used = packageName(specifier);
  return (
    manifestFault(tree, file.path, workspace, used) ??
    (used.startsWith(SCOPE) ? roomFault(file.path, workspace, used) : undefined)
  );
}

function relativeFault(path: string, workspace: Workspace, specifier: string): string | undefined {
  if (!specifier.endsWith('.js')) return `'${specifier}' has no .js at its end`;
  const target = resolveRelative(path, specifier);
  if (target.startsWith(`${workspace.folder}/`)) return undefined;
  return `'${specifier}' leaves ${workspace.folder}: import the package by its name`;
}

function builtinFault(path: string, workspace: Workspace, specifier: string): string | undefined {
  const room = roomOf(workspace.name);
  if (room === 'core' && isProductCode(path)) return `core is pure and may not use '${specifier}'`;
  if (!specifier.startsWith('node:')) return `write 'node:${specifier}'`;
  if (room === 'setup' && TERMINAL_MODULES.includes(specifier) && isProductCode(path)) {
    return `setup has no terminal code and may not use '${specifier}'`;
  }
  return undefined;
}

function manifestFault(
  tree: SourceTree,
  path: string,
  workspace: Workspace,
  used: string,
): string | undefined {
  if (used === workspace.name) return 'a package imports its own files by relative paths';
  if (workspace.dependencies.includes(used)) return undefined;
  const isDevelopment = !isProductCode(path) || workspace.folder === 'tools';
  const development = [...workspace.devDependencies, ...tree.rootDevDependencies];
  if (isDevelopment && development.includes(used)) return undefined;
  return `'${used}' is not in the dependencies of ${workspace.folder}/package.json`;
}

function roomFault(path: string, workspace: Workspace, used: string): string | undefined {
  if (!isProductCode(path)) return undefined;
  const from = roomOf(workspace.name);
  const to = roomOf(used);
  const allowed = INNER_ROOMS[from];
  if (allowed !== undefined && !allowed.includes(to)) return `${from} may not import ${to}`;
  if (workspace.folder.startsWith('packages/') && OUTER_ROOMS.includes(to)) {
    return `nothing in packages/ may know of ${to}`;
  }
  if (to === 'platform' && COMPOSED_ROOMS.includes(from) && !COMPOSITION_ROOT.test(path)) {
    return `${from} may import platform only in src/main.ts and src/main/`;
  }
  return undefined;
}

function roomOf(packageName: string): string {
  return packageName.replace(SCOPE, '');
}

function isProductCode(path: string): boolean {
  return /(^|\/)src\//.test(path);
}

/** `@scope/name` or `name` of a specifier with or without a path behind it. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The path from the root that a relative import of `from` means, still with its `.js`. */
export function resolveRelative(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/**
 * Files that import each other in a circle, of which one would run before what it needs. Types are
 * left out: they are gone by then.
 */
export const cycleRule: Rule = (tree) => {
  const paths = new Set(tree.typeScript.map(({ path }) => path));
  const graph = new Map(tree.typeScript.map((file) => [file.path, targetsOf(file, paths)]));
  const violations: Violation[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      const [first = '', ...rest] = trail.slice(at);
      const message = `import cycle: ${[first, ...rest, first].join(' → ')}`;
      violations.push({ path: first, line: 1, rule: 'cycles', message });
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of [...graph.keys()].sort()) visit(path, []);
  return violations;
};

function targetsOf(file: TypeScriptFile, paths: ReadonlySet<string>): readonly string[] {
  return file.imports
    .filter(({ specifier, isType }) => specifier.startsWith('.') && !isType)
    .map(({ specifier }) => resolveRelative(file.path, specifier).replace(/\.js$/, '.ts'))
    .map((path) => (paths.has(`${path}x`) ? `${path}x` : path));
}
