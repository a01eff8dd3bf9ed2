// Checks the checkout in the current folder against the rules of the house.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { checkTree, formatViolation } from './check.js';

const TEXT_FILE =
  /(\.(tsx?|js|mjs|json|md|sh|yml|yaml|service|conf|txt|xml|html|css)|(^|\/)[^.]+)$/;

/** Folders that every system has: a path into them means no particular machine. */
const SYSTEM_FOLDERS = new Set(
  'bin boot dev etc lib lib64 mnt opt proc rhev root run sbin srv sys tmp usr var'.split(' '),
);

function main(): number {
  const root = process.cwd();
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed
    .split('\0')
    .filter((path) => TEXT_FILE.test(path) && existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  const topFolder = root.split('/')[1] ?? '';
  const roots = [SYSTEM_FOLDERS.has(topFolder) ? root : `/${topFolder}`];

  const violations = checkTree(files, roots);
  for (const violation of violations) process.stdout.write(`${formatViolation(violation)}\n`);
  const errors = violations.filter(({ severity }) => severity === undefined).length;
  process.stdout.write(`tidy: ${files.length} files, ${errors} violations\n`);
  return errors === 0 ? 0 : 1;
}

process.exitCode = main();
