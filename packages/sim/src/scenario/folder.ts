import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { StepsError } from './steps.js';

/** A scenario's folder, as read. */
export interface ScenarioFolder {
  readonly name: string;
  readonly path: string;
  /** The first line of its README, without the `# `. */
  readonly title: string;
  /** What its README says it shows: `row 1`, `defect 3`, `pve basic1`, … */
  readonly shows: readonly string[];
  readonly steps: string;
  /** The golden log; undefined before the first recording. */
  readonly expected: string | undefined;
}

export const GOLDEN_NAME = 'log.expect';

/** Throws a StepsError that names the file that is missing or empty. */
export function readFolder(path: string): ScenarioFolder {
  const steps = read(join(path, 'steps'));
  const readme = read(join(path, 'README.md'));
  const title = /^# (.+)$/m.exec(readme)?.[1];
  if (title === undefined || !readme.startsWith('# ')) {
    throw new StepsError(`${join(path, 'README.md')}:1: the first line must be '# TITLE'`);
  }
  const golden = join(path, GOLDEN_NAME);
  return {
    name: basename(resolve(path)),
    path,
    title,
    shows: showsOf(readme),
    steps,
    expected: existsSync(golden) ? readFileSync(golden, 'utf8') : undefined,
  };
}

/** Names of all scenario folders below `root`, sorted. */
export function scenarioNames(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'steps')))
    .map(({ name }) => name)
    .sort();
}

/**
 * The paths that a command line asks for: names below `root`, paths as seen from the folder `from`, or all when it
 * names none.
 */
export function pathsOf(
  words: readonly string[],
  root: string,
  from = process.cwd(),
): readonly string[] {
  if (words.length === 0) return scenarioNames(root).map((name) => join(root, name));
  return words.map((word) => {
    const below = join(root, word);
    if (!word.includes('/') && isFolder(below)) return below;
    const path = resolve(from, word);
    if (isFolder(path)) return path;
    throw new StepsError(`${word}: no such scenario below ${root}, and no such folder`);
  });
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function read(path: string): string {
  if (!existsSync(path)) throw new StepsError(`${path}: there is no such file`);
  return readFileSync(path, 'utf8');
}

/** The paragraph `Shows: row 1, defect 2.` */
export function showsOf(readme: string): readonly string[] {
  const text = /^Shows: ([\s\S]+?)(?:\n\s*\n|$(?![\s\S]))/m.exec(readme)?.[1] ?? '';
  return text
    .split(',')
    .map((item) => item.replaceAll(/\s+/g, ' ').replace(/\.$/, '').trim())
    .filter((item) => item !== '');
}
