import type { Rule, SourceFile, Violation } from '../source-tree.js';

/** Written in halves, so that this file passes its own rule. */
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);

const UNCHECKED = /(^|\/)(LICENSE|package-lock\.json)$|(^|\/)vectors\//;

/** What is not done is an issue, not a note in the code. */
export const unfinishedRule: Rule = ({ files }) =>
  files
    .filter(({ path }) => !UNCHECKED.test(path))
    .flatMap((file) => linesMatching(file, UNFINISHED, 'unfinished', 'finish it or open an issue'));

/**
 * No absolute path of the machine on which something was written: it works nowhere else.
 * `roots` are paths such as that of the checkout itself.
 */
export function placeRule(roots: readonly string[]): Rule {
  const alternatives = roots.map((root) => root.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const place = new RegExp(`(?<![\\w.@-])(${alternatives.join('|')})(?![\\w-])`);
  return ({ files }) =>
    files
      .filter(({ path }) => !UNCHECKED.test(path))
      .flatMap((file) => linesMatching(file, place, 'places', 'a path of this machine'));
}

function linesMatching(
  { path, text }: SourceFile,
  pattern: RegExp,
  rule: string,
  message: string,
): readonly Violation[] {
  return text.split('\n').flatMap((line, index) => {
    return pattern.test(line) ? [{ path, line: index + 1, rule, message }] : [];
  });
}
