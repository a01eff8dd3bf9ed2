import { KINDS, type TestFile } from './find-files.js';
import { failureText, fileLine, isGood, skipLines, summaryLine, testLine } from './render.js';
import { type RunOptions, runTestFile } from './run-file.js';
import type { FileResult } from './tally.js';

export interface RunAllOptions extends RunOptions {
  /** How many unit files run at once. The others have the machine for themselves. */
  readonly parallel: number;
  readonly print: (line: string) => void;
}

/**
 * Runs the files and prints as they end; the last line is the summary. Resolves with the exit code.
 * Aborting ends what runs and starts no more.
 */
export async function runAll(files: readonly TestFile[], options: RunAllOptions): Promise<number> {
  const { print, signal } = options;
  const results: FileResult[] = [];
  for (const kind of KINDS) {
    const queue = files.filter((file) => file.kind === kind);
    const worker = async (): Promise<void> => {
      for (let file = queue.shift(); file !== undefined && !signal.aborted; file = queue.shift()) {
        if (kind !== 'unit') print(`run   ${file.source}`);
        const onProgress = (text: string): void => print(`      ${text}`);
        const result = await runTestFile(file, { onProgress, ...options });
        results.push(result);
        print(fileLine(result));
        if (kind !== 'unit') for (const test of result.tests) print(testLine(test));
        const failures = failureText(result);
        if (failures !== '') print(failures);
      }
    };
    const workers = kind === 'unit' ? options.parallel : 1;
    await Promise.all(Array.from({ length: workers }, worker));
  }

  const ordered = results.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const line of skipLines(ordered)) print(line);
  for (const { path, failures } of ordered) {
    for (const { name } of failures) print(`failed   ${path}: ${name}`);
  }
  if (signal.aborted) print('interrupted: not all tests ran');
  else if (ordered.length === 0) print('no test file matches');
  print(summaryLine(ordered));
  return isGood(ordered) && !signal.aborted ? 0 : 1;
}
