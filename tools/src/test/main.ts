// The test runner: main.js [unit|sim|system|lab|all] [FILTER]
// Runs the compiled test files whose kind is asked for and whose path contains FILTER.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { findTestFiles, KINDS } from './find-files.js';
import { runAll } from './run-all.js';

async function main([kind = 'unit', filter = '']: readonly string[]): Promise<number> {
  if (kind !== 'all' && !KINDS.some((known) => known === kind)) {
    process.stderr.write(`usage: main.js [${KINDS.join('|')}|all] [FILTER]\n`);
    return 2;
  }
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => interrupt.abort());
  }
  const root = process.cwd();
  const files = findTestFiles(root).filter((file) => {
    return (kind === 'all' || file.kind === kind) && file.source.includes(filter);
  });
  const scratch = mkdtempSync(`${tmpdir()}/he-tests-`);
  try {
    return await runAll(files, {
      root,
      scratch,
      signal: interrupt.signal,
      parallel: availableParallelism(),
      print: (line) => process.stdout.write(`${line}\n`),
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
