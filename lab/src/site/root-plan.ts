import { type Dirent, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * What a host's root file system is made of: this machine's own folders, each under a
 * copy-on-write layer of the host, so that nothing a host writes reaches the machine.
 *
 * Invariants:
 *   R1. Nothing of the machine is mounted writable except through a layer of the host.
 *   R2. A layer never lies below the folder it covers (overlayfs refuses that): a folder that
 *       holds the lab or the checkout is built from its entries instead, without those two.
 */
export type RootPiece =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'layer'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string };

const SYSTEM_FOLDERS = ['bin', 'etc', 'home', 'opt', 'root', 'sbin', 'usr', 'var'];

function isShown(name: string): boolean {
  return SYSTEM_FOLDERS.includes(name) || /^lib(x?\d*)$/.test(name);
}

function contains(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below === '' || !(below === '..' || below.startsWith('../'));
}

function entriesOf(folder: string): readonly Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function piecesOf(entry: Dirent, path: string, hidden: readonly string[]): readonly RootPiece[] {
  if (hidden.includes(path)) return [];
  if (entry.isSymbolicLink()) return [{ kind: 'link', path, target: readlinkSync(path) }];
  if (entry.isFile()) return [{ kind: 'file', path }];
  if (!entry.isDirectory()) return [];
  if (!hidden.some((one) => contains(path, one))) return [{ kind: 'layer', path }];
  const below = entriesOf(path).flatMap((one) => piecesOf(one, join(path, one.name), hidden));
  return [{ kind: 'folder', path }, ...below];
}

/** Plans the root for a machine whose lab folder, checkout and other writable folders are `hidden`. */
export function planRoot(hidden: readonly string[], root = '/'): readonly RootPiece[] {
  return entriesOf(root)
    .filter((entry) => isShown(entry.name))
    .flatMap((entry) => piecesOf(entry, join(root, entry.name), hidden));
}

/** The folder to show read-only so that `program` runs, when the planned root lacks it. */
export function missingProgramFolder(
  program: string,
  pieces: readonly RootPiece[],
): string | undefined {
  const covered = pieces.some((piece) => piece.kind === 'layer' && contains(piece.path, program));
  // PREFIX/bin/node: its libraries lie beside bin.
  return covered ? undefined : dirname(dirname(program));
}
