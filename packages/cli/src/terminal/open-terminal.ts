import { createLineReader } from './line-reader.js';
import type { Terminal } from './terminal-dialog.js';

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The process's own terminal. Whoever opens it closes it. Undefined `readLine`: there is none to ask on. */
export function openTerminal(
  { stdin, stdout, env }: Streams,
  signal: AbortSignal,
): Terminal & { close(): void } {
  const lines = stdin.isTTY && stdout.isTTY ? createLineReader(stdin, stdout, signal) : undefined;
  return {
    write: (text) => {
      (lines ?? stdout).write(text);
    },
    get width() {
      // A terminal that does not tell its size says 0; and it may be resized at any time.
      if (!stdout.isTTY) return undefined;
      return stdout.columns > 0 ? stdout.columns : DEFAULT_WIDTH;
    },
    isColored: stdout.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    readLine: lines === undefined ? undefined : (prompt, request) => lines.read(prompt, request),
    close: () => lines?.close(),
  };
}

const DEFAULT_WIDTH = 80;
