import ts from 'typescript';
import { lineOf, type Rule, type Violation, walk } from '../source-tree.js';

const DECLARERS: ReadonlySet<string> = new Set(['test', 'it', 'describe', 'suite']);
const MODES: ReadonlySet<string> = new Set(['only', 'skip', 'todo']);

/**
 * No test is switched off, or on alone, in the source. One that finds it cannot run says so while it
 * runs, with a reason: `t.skip('needs root')`.
 */
export const testModeRule: Rule = (tree) =>
  tree.typeScript
    .filter(({ path }) => /(^|\/)(test|contract)\//.test(path))
    .flatMap(({ path, ast }) => {
      const violations: Violation[] = [];
      walk(ast, (node) => {
        const message = modeFault(node);
        if (message === undefined) return;
        violations.push({ path, line: lineOf(ast, node), rule: 'test-modes', message });
      });
      return violations;
    });

function modeFault(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const { text } = node.expression;
    if (DECLARERS.has(text) && MODES.has(node.name.text)) {
      return `${text}.${node.name.text} may not be left in the source`;
    }
  }
  if (isSkipWithoutReason(node)) return 'a test that skips itself says why';
  if (ts.isPropertyAssignment(node) && isTestOption(node)) return optionFault(node);
  return undefined;
}

/** `t.skip()`, for whatever the test's context is called. */
function isSkipWithoutReason(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === 'skip' &&
    ts.isIdentifier(node.expression.expression) &&
    /^(t|context|ctx)$/.test(node.expression.expression.text) &&
    node.arguments.length === 0
  );
}

/** A member of the options object of `test(name, { … }, …)`. */
function isTestOption(node: ts.PropertyAssignment): boolean {
  const call = node.parent.parent;
  return (
    ts.isCallExpression(call) &&
    ts.isIdentifier(call.expression) &&
    DECLARERS.has(call.expression.text)
  );
}

function optionFault(node: ts.PropertyAssignment): string | undefined {
  const name = node.name.getText();
  if (!MODES.has(name)) return undefined;
  // An expression may be a reason or false, found out when the tests are loaded.
  const isFixed = node.initializer.kind === ts.SyntaxKind.TrueKeyword;
  if (name === 'skip' && !isFixed && !ts.isStringLiteralLike(node.initializer)) return undefined;
  return `the option ${name} may not be left in the source`;
}
