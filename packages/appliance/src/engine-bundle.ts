// Puts the engine and all that it imports into one file. One file is read and compiled much faster
// than a tree of modules by a CPU that is emulated.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { HeError } from '@hosted-engine/ports';
import { build } from 'esbuild';

export interface EngineBundle {
  /** A CommonJS program. */
  readonly program: Uint8Array;
  /** V8's compiled form of it, for this very Node; start.cjs in the guest uses it. */
  readonly compiled: Uint8Array;
  /** better-sqlite3's native part, loaded by its path. */
  readonly nativeDatabase: Uint8Array;
}

/** Bundles the built engine (`tsc -b` must have run). Rejects with HE_FAILED and what to run. */
export async function bundleEngine(): Promise<EngineBundle> {
  const entry = join(
    dirname(fileURLToPath(import.meta.resolve('@hosted-engine/engine'))),
    'main.js',
  );
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Identifiers stay: to keep only the names of minified functions costs a call for each function made.
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'ascii',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  }).catch((cause: unknown) => {
    throw new HeError('HE_FAILED', `cannot bundle the engine from ${entry}`, {
      remedy: 'Run `npm run build`.',
      cause,
    });
  });
  const program = result.outputFiles[0]?.contents;
  if (program === undefined) throw new HeError('HE_FAILED', 'the bundler wrote no file');
  return { program, compiled: compile(program), nativeDatabase: await readNativeDatabase() };
}

/** The wrapper must be the one of start.cjs. */
function compile(program: Uint8Array): Uint8Array {
  const source = `(function (exports, require, module) {${Buffer.from(program).toString('latin1')}\n})`;
  return new Script(source, { filename: '/usr/lib/engine/engine.cjs' }).createCachedData();
}

async function readNativeDatabase(): Promise<Uint8Array> {
  const manifest = createRequire(import.meta.url).resolve('better-sqlite3/package.json');
  const path = join(dirname(manifest), 'build/Release/better_sqlite3.node');
  try {
    return await readFile(path);
  } catch (cause) {
    throw new HeError('HE_FAILED', `better-sqlite3 is not compiled: cannot read ${path}`, {
      remedy: 'Run `npm rebuild better-sqlite3 --nodedir=/usr`.',
      cause,
    });
  }
}
