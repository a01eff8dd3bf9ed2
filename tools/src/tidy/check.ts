import { cycleRule, importRule } from './rules/imports.js';
import { pureCoreRule } from './rules/pure-core.js';
import { lengthRule, moduleStateRule, nameRule } from './rules/shape.js';
import { testModeRule } from './rules/tests.js';
import { placeRule, unfinishedRule } from './rules/texts.js';
import { type SourceFile, sourceTree, type Violation } from './source-tree.js';

/** All violations in `files`, in the order of their places. `roots`: see `placeRule`. */
export function checkTree(
  files: readonly SourceFile[],
  roots: readonly string[],
): readonly Violation[] {
  const tree = sourceTree(files);
  const rules = [
    importRule,
    cycleRule,
    pureCoreRule,
    lengthRule,
    nameRule,
    moduleStateRule,
    testModeRule,
    unfinishedRule,
    ...(roots.length > 0 ? [placeRule(roots)] : []),
  ];
  return rules
    .flatMap((rule) => rule(tree))
    .sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

/** `path:12: rule: message`. */
export function formatViolation({ path, line, rule, message, severity }: Violation): string {
  const prefix = severity === undefined ? '' : `${severity}: `;
  return `${path}:${line}: ${prefix}${rule}: ${message}`;
}
