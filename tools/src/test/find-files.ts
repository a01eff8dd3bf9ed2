import { existsSync, readdirSync } from 'node:fs';

export const KINDS = ['unit', 'sim', 'system', 'lab'] as const;
export type Kind = (typeof KINDS)[number];

export interface TestFile {
  readonly kind: Kind;
  /** Path of the source from the root, which names the test for people. */
  readonly source: string;
  /** Path of the compiled file from the root. */
  readonly compiled: string;
}

/**
 * The compiled tests below `root`, sorted by source. A compiled file whose source is gone is a
 * leftover of an earlier build and no test.
 */
export function findTestFiles(root: string): readonly TestFile[] {
  const packages = readdirSync(`${root}/packages`).map((name) => `packages/${name}`);
  return ['lab', 'bench', 'tools', ...packages]
    .flatMap((folder) => compiledTests(root, folder))
    .filter(({ source }) => existsSync(`${root}/${source}`))
    .sort((a, b) => (a.source < b.source ? -1 : 1));
}

function compiledTests(root: string, folder: string): readonly TestFile[] {
  const below = `${folder}/dist/test`;
  if (!existsSync(`${root}/${below}`)) return [];
  return readdirSync(`${root}/${below}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.js'))
    .map((path) => ({
      kind: kindOf(folder, path),
      source: `${folder}/test/${path.replace(/\.js$/, '.ts')}`,
      compiled: `${below}/${path}`,
    }));
}

/** `test/swarm/` takes both cores for minutes; `test/system/` needs a real machine; the lab's tests need a lab, unless they are in `test/unit/`. */
function kindOf(folder: string, path: string): Kind {
  if (path.startsWith('swarm/')) return 'sim';
  if (path.startsWith('system/')) return 'system';
  if (folder === 'lab' && !path.startsWith('unit/')) return 'lab';
  return 'unit';
}
