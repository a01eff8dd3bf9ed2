// Checks the checkout in the current folder against the rules of the house.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { checkTree, formatViolation } from './check.js';

const TEXT_FILE =
  /(\.(tsx?|js|mjs|json|md|sh|yml|yaml|service|conf|txt|xml|html|css)|(^|\/)[^.]+)$/;

function main(): number {
  const root = process.cwd();
  // Only what git tracks: a log that somebody left in the checkout is not ours to judge. Whose
  // checkout it is does not matter for reading its index.
  const listed = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed
    .split('\0')
    .filter((path) => TEXT_FILE.test(path) && existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  // A checkout straight below / has a name that may also be a path of our own.
  const roots = root.split('/').length > 2 ? [root] : [];

  const violations = checkTree(files, roots);
  for (const violation of violations) process.stdout.write(`${formatViolation(violation)}\n`);
  const errors = violations.filter(({ severity }) => severity === undefined).length;
  process.stdout.write(`tidy: ${files.length} files, ${errors} violations\n`);
  return errors === 0 ? 0 : 1;
}

process.exitCode = main();
