import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestEvent } from './event.js';
import type { Kind, TestFile } from './find-files.js';
import { type FileResult, tallyFile } from './tally.js';

/** How long one file may take, in seconds: beyond what its tests allow themselves. */
const TIMEOUT_S: Readonly<Record<Kind, number>> = {
  unit: 120,
  sim: 1200,
  system: 900,
  lab: 1500,
};

/** Between asking a process to end and ending it. A lab takes its hosts down in this time. */
const GRACE_MS = 20_000;

const PROGRESS = 'progress: ';

const OUTPUT_MAX = 200_000;

export interface RunOptions {
  readonly root: string;
  /** Folder for the files through which test processes report; must exist. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** @default by kind */
  readonly timeoutS?: number;
  /** Gets each line that the file writes as `progress: …`, at once. */
  readonly onProgress?: (text: string) => void;
}

/** Runs one file in a process of its own. Aborting ends that process; the call still resolves. */
export async function runTestFile(file: TestFile, options: RunOptions): Promise<FileResult> {
  const report = `${options.scratch}/${file.compiled.replaceAll('/', '+')}.ndjson`;
  const began = performance.now();
  const child = spawn(process.execPath, argumentsFor(file, report), {
    cwd: options.root,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collectOutput(child);
  tellProgress(child, options.onProgress);
  const timeoutS = options.timeoutS ?? TIMEOUT_S[file.kind];
  let timedOutAfterS: number | undefined;
  const timer = setTimeout(() => {
    timedOutAfterS = timeoutS;
    endProcess(child);
  }, timeoutS * 1000);
  const abort = (): void => endProcess(child);
  options.signal.addEventListener('abort', abort);
  if (options.signal.aborted) abort();

  const { exitCode, signal } = await processEnd(child);
  clearTimeout(timer);
  options.signal.removeEventListener('abort', abort);
  return tallyFile({
    path: file.source,
    durationMs: performance.now() - began,
    events: readReport(report),
    output: output(),
    exitCode,
    signal,
    timedOutAfterS,
  });
}

function argumentsFor(file: TestFile, report: string): readonly string[] {
  const reporter = fileURLToPath(new URL('reporter.js', import.meta.url));
  return [
    '--enable-source-maps',
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${report}`,
    file.compiled,
  ];
}

/** Ours, less what would make the process think that another runner collects its results. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
  return env;
}

/** By its pid, politely first: what it started is its own to end. */
function endProcess(child: ChildProcess): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-OUTPUT_MAX);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text.trimEnd();
}

function tellProgress(child: ChildProcess, onProgress: RunOptions['onProgress']): void {
  if (onProgress === undefined) return;
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith(PROGRESS)) onProgress(line.slice(PROGRESS.length));
    }
  });
}

/**
 * The end of the process itself. Its pipes may outlive it in a daemon that it left behind, which is
 * not waited for.
 */
function processEnd(
  child: ChildProcess,
): Promise<{ exitCode: number | undefined; signal: string | undefined }> {
  return new Promise((resolve) => {
    child.on('error', () => resolve({ exitCode: 1, signal: undefined }));
    child.on('exit', (code, signal) => {
      const end = { exitCode: code ?? undefined, signal: signal ?? undefined };
      const last = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(end);
      }, 500);
      child.on('close', () => {
        clearTimeout(last);
        resolve(end);
      });
    });
  });
}

/** The events that were written; the last line may be torn when the process was killed. */
function readReport(path: string): readonly TestEvent[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TestEvent);
}
