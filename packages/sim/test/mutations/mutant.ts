// The compiled packages once more in a folder of their own, with one line of them changed. Production code has
// no switch for this: the text of one function is replaced, and a text that is not there any more is an error.

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface Mutation {
  /** What the code does wrong now. */
  readonly name: string;
  /** `package/path` of the compiled file, without `dist/src` and `.js`. */
  readonly file: string;
  /** Occurs there exactly once. */
  readonly text: string;
  readonly becomes: string;
}

export interface Mutant {
  load<T>(file: string): Promise<T>;
  [Symbol.dispose](): void;
}

const SCOPE = '@hosted-engine';
/** Of the checkout. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Packages that decide or that decisions run on; the others of this repository are not loaded. */
const COPIED = ['core', 'ports', 'formats', 'vdsm', 'ha', 'sim'] as const;

/** @param mutation undefined for the control: the same copy, unchanged */
export function createMutant(mutation: Mutation | undefined): Mutant {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mutant-')));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, SCOPE), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== SCOPE) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of COPIED) copyPackage(name, join(modules, SCOPE, name));
  const pathOf = (file: string): string => {
    const [name = '', ...rest] = file.split('/');
    return join(modules, SCOPE, name, 'dist', 'src', `${rest.join('/')}.js`);
  };
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    if (mutation !== undefined) mutate(pathOf(mutation.file), mutation);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    load: async <T>(file: string) => (await import(pathToFileURL(pathOf(file)).href)) as T,
    [Symbol.dispose]: remove,
  };
}

function copyPackage(name: string, to: string): void {
  const from = join(ROOT, 'packages', name);
  cpSync(join(from, 'package.json'), join(to, 'package.json'));
  cpSync(join(from, 'dist', 'src'), join(to, 'dist', 'src'), {
    recursive: true,
    filter: (path) => !/\.(map|d\.ts)$/.test(path),
  });
}

function mutate(path: string, { name, text, becomes }: Mutation): void {
  const before = readFileSync(path, 'utf8');
  const count = before.split(text).length - 1;
  if (count !== 1) {
    throw new Error(`'${name}': '${text}' is ${count} times in ${basename(path)}, not once`);
  }
  writeFileSync(
    path,
    before.replace(text, () => becomes),
  );
}

function findRoot(start: string): string {
  for (let at = start; ; at = dirname(at)) {
    if (readdirSync(at).includes('package-lock.json')) return at;
    if (at === dirname(at)) throw new Error(`${start} is in no checkout`);
  }
}
