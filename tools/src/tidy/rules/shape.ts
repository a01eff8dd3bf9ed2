import ts from 'typescript';
import { lineOf, type Rule, type Violation } from '../source-tree.js';

const LINES_MAX = 400;
const LINES_WARNED = 300;

/** Policy and I/O meet in files that nobody stopped from growing. */
export const lengthRule: Rule = (tree) =>
  tree.typeScript.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines <= LINES_WARNED) return [];
    const message = `${lines} lines; aim for ${LINES_WARNED}, at most ${LINES_MAX}`;
    const violation: Violation = { path, line: lines, rule: 'length', message };
    return [lines > LINES_MAX ? violation : { ...violation, severity: 'warning' }];
  });

const KEBAB_PATH =
  /^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|inner|d))?\.tsx?$/;

export const nameRule: Rule = (tree) =>
  tree.typeScript
    .filter(({ path }) => !KEBAB_PATH.test(path))
    .map(({ path }) => {
      const message = 'files and folders are named in kebab-case';
      return { path, line: 1, rule: 'names', message };
    });

/**
 * A `let` beside the functions is state that two callers share without saying so. A `main.ts` has no
 * callers: it is the program.
 */
export const moduleStateRule: Rule = (tree) =>
  tree.typeScript
    .filter(({ path }) => /(^|\/)src\//.test(path) && !path.endsWith('/main.ts'))
    .flatMap(({ path, ast }) =>
      ast.statements
        .filter((statement) => ts.isVariableStatement(statement))
        .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.Const) === 0)
        .filter(({ modifiers }) => !modifiers?.some(isDeclare))
        .map((statement) => {
          const message = 'a module has no state of its own: no let or var at its top';
          return { path, line: lineOf(ast, statement), rule: 'module-state', message };
        }),
    );

function isDeclare(modifier: ts.ModifierLike): boolean {
  return modifier.kind === ts.SyntaxKind.DeclareKeyword;
}
