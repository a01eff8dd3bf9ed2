// Core decides and does nothing else: no time, no chance, no waiting, no machine. Its inputs are its
// parameters, so that a recorded decision gives the same result on any machine.

import ts from 'typescript';
import { lineOf, type Rule, type Violation, walk } from '../source-tree.js';

const BANNED_GLOBALS: ReadonlySet<string> = new Set([
  'Date',
  'Promise',
  'process',
  'console',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'crypto',
  'Buffer',
  'globalThis',
  'require',
]);

export const pureCoreRule: Rule = (tree) =>
  tree.typeScript
    .filter(({ path }) => path.startsWith('packages/core/src/'))
    .flatMap(({ path, ast }) => {
      const violations: Violation[] = [];
      walk(ast, (node) => {
        const what = impurityOf(node);
        if (what === undefined) return;
        const message = `core may not use ${what}`;
        violations.push({ path, line: lineOf(ast, node), rule: 'pure-core', message });
      });
      return violations;
    });

function impurityOf(node: ts.Node): string | undefined {
  if (ts.isAwaitExpression(node)) return 'await';
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return 'Math.random';
  if (!ts.isIdentifier(node) || !BANNED_GLOBALS.has(node.text)) return undefined;
  return isOwnName(node) ? undefined : node.text;
}

/** True for `x.process` and `{ process: 1 }`: a name of a member, not the global. */
function isOwnName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  const named = [
    ts.isPropertyAssignment,
    ts.isPropertySignature,
    ts.isPropertyDeclaration,
    ts.isMethodDeclaration,
    ts.isMethodSignature,
  ];
  return named.some((is) => is(parent) && (parent as ts.NamedDeclaration).name === node);
}
