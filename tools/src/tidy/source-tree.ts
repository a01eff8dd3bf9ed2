import ts from 'typescript';

/** A file of the checkout, by its path from the root with `/` between the parts. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  /** A warning is printed and fails nothing. */
  readonly severity?: 'warning';
}

/** One workspace: a folder with a package.json that has a name. */
export interface Workspace {
  readonly name: string;
  /** Its folder, without a slash at the end. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

export interface TypeScriptFile extends SourceFile {
  readonly ast: ts.SourceFile;
  readonly imports: readonly ImportOf[];
}

export interface ImportOf {
  readonly specifier: string;
  readonly line: number;
  /** `import type`: gone when the program runs. */
  readonly isType: boolean;
}

export interface SourceTree {
  readonly files: readonly SourceFile[];
  readonly typeScript: readonly TypeScriptFile[];
  readonly workspaces: readonly Workspace[];
  /** devDependencies of the root: for tests and tools. */
  readonly rootDevDependencies: readonly string[];
}

export type Rule = (tree: SourceTree) => readonly Violation[];

/** Parses what was read. Nothing here touches the disk, so that tests can make trees of text. */
export function sourceTree(files: readonly SourceFile[]): SourceTree {
  const manifests = files.filter(({ path }) => /(^|\/)package\.json$/.test(path)).map(readManifest);
  return {
    files,
    typeScript: files.filter(({ path }) => /\.tsx?$/.test(path)).map(parseTypeScript),
    workspaces: manifests.filter(({ folder }) => folder !== ''),
    rootDevDependencies: manifests.find(({ folder }) => folder === '')?.devDependencies ?? [],
  };
}

interface Manifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function readManifest({ path, text }: SourceFile): Workspace {
  const manifest = JSON.parse(text) as Manifest;
  return {
    name: manifest.name ?? path,
    folder: path.replace(/\/?package\.json$/, ''),
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
  };
}

function parseTypeScript(file: SourceFile): TypeScriptFile {
  const ast = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true);
  const imports: ImportOf[] = [];
  walk(ast, (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      const isType = isTypeOnly(node);
      imports.push({ specifier: specifier.text, line: lineOf(ast, specifier), isType });
    }
  });
  return { ...file, ast, imports };
}

/** The module named by an import, a re-export, an `import()` or an import type. */
function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  const literal = (value: ts.Node | undefined): ts.StringLiteralLike | undefined =>
    value !== undefined && ts.isStringLiteralLike(value) ? value : undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return literal(node.moduleSpecifier);
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return literal(node.arguments[0]);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return literal(node.argument.literal);
  }
  return undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) {
    return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  }
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}

/** Visits a node and all below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    walk(child, visit);
  });
}

/** The line, from 1, on which a node begins. */
export function lineOf(ast: ts.SourceFile, node: ts.Node): number {
  return ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
}

export function workspaceOf(tree: SourceTree, path: string): Workspace | undefined {
  return tree.workspaces.find(({ folder }) => path.startsWith(`${folder}/`));
}
